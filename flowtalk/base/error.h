// The one error type of flowtalk, and the check for what only a bug can cause.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace flowtalk {

// What a user, a file or a machine caused. The message is one line: what, where, expected against
// got, and what to do next; control characters that a file's text brings in become '?'. `main`
// prints it and leaves with exit_code().
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, int exit_code = 1);
  int exit_code() const { return exit_code_; }  // 1 failed, 2 wrong usage

 private:
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
    throw Error(context + ": " + e.what(), e.exit_code());
  }
}

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               const std::string& details);

}  // namespace flowtalk

// FT_CHECK(a == b, "a {} b {}", a, b): on in every build, for what only a bug can cause.
#define FT_CHECK(condition, ...)                                                          \
  do {                                                                                    \
    if (!(condition))                                                                     \
      ::flowtalk::check_failed(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__)); \
  } while (false)
