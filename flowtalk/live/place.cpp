#include "flowtalk/live/place.h"

#include <charconv>

#include "flowtalk/base/error.h"

namespace flowtalk::live {
namespace {

constexpr int kMostPort = 65535;

}  // namespace

std::string Place::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", host, brackets ? "]" : "", port);
}

int read_port(std::string_view digits, const std::function<void(const std::string&)>& refuse) {
  int port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, code] = std::from_chars(digits.data(), end, port);
  if (code != std::errc() || stop != end || port < 1 || port > kMostPort) {
    refuse(fmt::format("'{}' is no port from 1 to {}", digits, kMostPort));
  }
  return port;
}

void read_place(std::string_view rest, Place& place,
                const std::function<void(const std::string&)>& refuse) {
  std::string_view host = rest;
  if (rest.starts_with('[')) {
    const size_t close = rest.find(']');
    if (close == std::string_view::npos) refuse("the bracket is not closed");
    host = rest.substr(1, close - 1);
    rest = rest.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') refuse("something follows the bracket");
  } else {
    const size_t colon = rest.find(':');
    host = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  }
  if (host.empty()) refuse("no machine is named");
  place.host = host;
  if (!rest.empty()) place.port = read_port(rest.substr(1), refuse);
}

}  // namespace flowtalk::live
