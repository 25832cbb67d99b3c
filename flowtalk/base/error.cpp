#include "flowtalk/base/error.h"

namespace flowtalk {

void check_failed(const char* file, int line, const char* condition, const std::string& details) {
  throw std::logic_error(
      fmt::format("internal error at {}:{}: {} ({})", file, line, condition, details));
}

}  // namespace flowtalk
