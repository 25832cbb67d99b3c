#include "flowtalk/live/target.h"

#include <charconv>

#include "flowtalk/base/error.h"

namespace flowtalk::live {
namespace {

constexpr int kMostPort = 65535;
constexpr std::string_view kMark = "://";

[[noreturn]] void refuse(const std::string& text, const std::string& where,
                         const std::string& what) {
  fail_usage("{} {}: {}; expected PROTOCOL://HOST:PORT, such as livelink://127.0.0.1:11111", where,
             text, what);
}

int port_of(std::string_view digits, const std::string& text, const std::string& where) {
  int port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, code] = std::from_chars(digits.data(), end, port);
  if (code != std::errc() || stop != end || port < 1 || port > kMostPort) {
    refuse(text, where, fmt::format("'{}' is no port from 1 to {}", digits, kMostPort));
  }
  return port;
}

}  // namespace

std::string Target::text() const {
  const bool brackets = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", protocol->name, brackets ? "[" : "", host,
                     brackets ? "]" : "", port);
}

Target target_of(const std::string& text, const std::string& where) {
  Target target;
  const size_t mark = text.find(kMark);
  const std::string name = text.substr(0, mark);
  target.protocol = &protocol_of(name, fmt::format("{} {}", where, text));
  target.port = target.protocol->port;
  if (mark == std::string::npos) return target;
  std::string_view rest = std::string_view(text).substr(mark + kMark.size());
  std::string_view host = rest;
  if (rest.starts_with('[')) {
    const size_t close = rest.find(']');
    if (close == std::string_view::npos) refuse(text, where, "the bracket is not closed");
    host = rest.substr(1, close - 1);
    rest = rest.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') refuse(text, where, "something follows the bracket");
  } else {
    const size_t colon = rest.find(':');
    host = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon);
  }
  if (host.empty()) refuse(text, where, "no machine is named");
  target.host = host;
  if (!rest.empty()) target.port = port_of(rest.substr(1), text, where);
  return target;
}

}  // namespace flowtalk::live
