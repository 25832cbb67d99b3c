// The one error type of flowtalk, and the check for what only a bug can cause.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace flowtalk {

// In a message: the name of an option, for fmt. Whoever shows the message spells it in its own way:
// the field max_cut is --max-cut on a command line.
//   fail_usage("{}: expected 1 or more, got {}", Field("max_cut"), 0)
struct Field {
  explicit Field(std::string_view n) : name(n) {}
  std::string_view name;
};
inline constexpr char kFieldBegins = '\x0e', kFieldEnds = '\x0f';  // what stands around it

// A text with every field in it as `spell` gives it.
std::string spell_fields(std::string_view text,
                         const std::function<std::string(std::string_view)>& spell);
// The text with its fields' plain names, as what() has them.
std::string plain_fields(std::string_view text);

// What a user, a file or a machine caused. The message is one line: what, where, expected against
// got, and what to do next; control characters that a file's text brings in become '?'. `main`
// prints it and leaves with exit_code(). what() names fields plainly.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, int exit_code = 1);
  int exit_code() const { return exit_code_; }  // 1 failed, 2 wrong usage, 85 base/interruption.h
  // The message with its fields still marked, for spell_fields.
  const std::string& marked() const { return marked_; }

 private:
  std::string marked_;
  int exit_code_;
};

// fail("{}: expected {} channels, got {}", path, 1, 6);
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}
// The same for wrong usage (exit code 2).
template <class... Args>
[[noreturn]] void fail_usage(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...), 2);
}

// Runs f; an Error that leaves it is prefixed with `context` ("while loading X: ...").
template <class F>
auto with_context(const std::string& context, F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const Error& e) {
    throw Error(context + ": " + e.marked(), e.exit_code());
  }
}

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const std::string& details);

}  // namespace flowtalk

template <>
struct fmt::formatter<flowtalk::Field> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  template <class Context>
  auto format(const flowtalk::Field& field, Context& context) const {
    return fmt::format_to(context.out(), "{}{}{}", flowtalk::kFieldBegins, field.name,
                          flowtalk::kFieldEnds);
  }
};

// FT_CHECK(a == b, "a {} b {}", a, b): on in every build, for what only a bug can cause.
#define FT_CHECK(condition, ...)                                                          \
  do {                                                                                    \
    if (!(condition))                                                                     \
      ::flowtalk::check_failed(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__)); \
  } while (false)
