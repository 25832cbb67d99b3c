#include "flowtalk/base/run_apart.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <new>

#include "flowtalk/base/error.h"

namespace flowtalk {
namespace {

constexpr char kDone = 'd', kFailed = 'f';

void limit(int what, rlim_t most) {
  rlimit now{};
  if (getrlimit(what, &now) != 0) return;
  now.rlim_cur = now.rlim_max == RLIM_INFINITY ? most : std::min(most, now.rlim_max);
  setrlimit(what, &now);
}

bool write_all(int to, const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = write(to, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<size_t>(n);
  }
  return true;
}

// In the copy: never returns, and runs nothing of this process's end.
[[noreturn]] void work_and_leave(const std::string& what, const std::function<std::string()>& work,
                                 const ApartLimits& limits, int to) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGBUS, SIGFPE}) {
    std::signal(signal, SIG_DFL);
  }
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
#ifndef __SANITIZE_ADDRESS__  // which reserves terabytes of addresses
  limit(RLIMIT_AS, limits.memory);
#endif
  std::string answer;
  try {
    answer = kDone + work();
  } catch (const Error& e) {
    answer = kFailed + e.marked();
  } catch (const std::bad_alloc&) {
    answer = kFailed + fmt::format(
                           "{}: its reader asks for more than {} MiB of memory; the file is "
                           "damaged or too large",
                           what, limits.memory >> 20);
  } catch (const std::exception& e) {
    answer = kFailed + fmt::format("{}: {}", what, e.what());
  }
  _exit(write_all(to, answer) ? 0 : 1);
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 1 << 16> block{};
  while (true) {
    const ssize_t n = read(from, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(block.data(), static_cast<size_t>(n));
  }
}

std::string ending_of(int status, const ApartLimits& limits) {
  if (!WIFSIGNALED(status)) return "it ended early";
  if (WTERMSIG(status) == SIGXCPU) return fmt::format("over {} s", limits.seconds);
  return fmt::format("{}", strsignal(WTERMSIG(status)));
}

struct Copy {
  pid_t process;
  int answer;  // the end to read from
};

Copy start(const std::string& what, const std::function<std::string()>& work,
           const ApartLimits& limits) {
  static std::mutex mutex;  // no copy inherits the end to write to of another
  const std::lock_guard lock(mutex);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("{}: no pipe ({})", what, std::strerror(errno));
  const pid_t process = fork();
  if (process == 0) {
    close(ends[0]);
    work_and_leave(what, work, limits, ends[1]);
  }
  close(ends[1]);
  if (process < 0) {
    close(ends[0]);
    fail("{}: no process can be started ({})", what, std::strerror(errno));
  }
  return {process, ends[0]};
}

}  // namespace

std::string run_apart(const std::string& what, const std::function<std::string()>& work,
                      const ApartLimits& limits) {
  const Copy copy = start(what, work, limits);
  const std::string answer = read_all(copy.answer);
  close(copy.answer);
  int status = 0;
  while (waitpid(copy.process, &status, 0) < 0 && errno == EINTR) {
  }
  const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0 && !answer.empty();
  if (ended && answer[0] == kDone) return answer.substr(1);
  if (ended) throw Error(answer.substr(1));
  fail("{}: its reader did not survive it ({}); the file is damaged", what,
       ending_of(status, limits));
}

}  // namespace flowtalk
