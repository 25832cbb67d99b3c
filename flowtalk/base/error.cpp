#include "flowtalk/base/error.h"

#include <algorithm>

namespace flowtalk {
namespace {

std::string one_line(std::string text) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

}  // namespace

Error::Error(const std::string& message, int exit_code)
    : std::runtime_error(one_line(message)), exit_code_(exit_code) {}

void check_failed(const char* file, int line, const char* condition, const std::string& details) {
  throw std::logic_error(
      fmt::format("internal error at {}:{}: {} ({})", file, line, condition, details));
}

}  // namespace flowtalk
