#include "flowtalk/live/target.h"

#include "flowtalk/base/error.h"

namespace flowtalk::live {
namespace {

constexpr std::string_view kMark = "://";

[[noreturn]] void refuse(const std::string& text, const std::string& where,
                         const std::string& what) {
  fail_usage("{} {}: {}; expected PROTOCOL://HOST:PORT, such as livelink://127.0.0.1:11111", where,
             text, what);
}

}  // namespace

std::string Target::text() const { return fmt::format("{}://{}", protocol->name, place.text()); }

Target target_of(const std::string& text, const std::string& where) {
  Target target;
  const size_t mark = text.find(kMark);
  const std::string name = text.substr(0, mark);
  target.protocol = &protocol_of(name, fmt::format("{} {}", where, text));
  target.place.port = target.protocol->port;
  if (mark == std::string::npos) return target;
  read_place(std::string_view(text).substr(mark + kMark.size()), target.place,
             [&](const std::string& what) { refuse(text, where, what); });
  return target;
}

}  // namespace flowtalk::live
