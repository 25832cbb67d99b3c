// Ctrl-C and termination leave nothing half-written behind.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace flowtalk {

// Makes SIGINT, SIGTERM and SIGHUP remove the files that PartialOutputs are writing, then end the
// program as they would have. For programs; the library changes no signal by itself.
void clean_up_when_interrupted();

// Exit code of work that stopped because it was asked to, and that can go on where it stopped.
inline constexpr int kStoppedExit = 85;

// While one lives, SIGTERM and SIGUSR1 do not end the program: they are asked for, processes that
// we started get SIGTERM, and whoever works stops at a good moment. One at a time, made by the
// thread that works; after it SIGUSR1 is ignored. kPeople: Ctrl-C and a closed terminal (SIGINT,
// SIGHUP) ask too, unless they are ignored already; a second Ctrl-C ends the program.
class StopRequests {
 public:
  enum class By { kSchedulers, kPeople };
  explicit StopRequests(By by = By::kSchedulers);
  ~StopRequests();
  StopRequests(const StopRequests&) = delete;
  StopRequests& operator=(const StopRequests&) = delete;
  static bool asked();
};
// SIGUSR1 waits until a StopRequests lives. For programs, before they start threads.
void hold_stop_requests();

// Until it has ended and been waited for, a process that we started gets SIGTERM when one of those
// signals ends the program. At most 64 at a time are known.
void end_with_us(pid_t child);
void has_ended(pid_t child);

// A file under `path` is being written (until the object dies). At most 64 at a time are known.
class Unfinished {
 public:
  explicit Unfinished(const std::filesystem::path& path);
  ~Unfinished();
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

 private:
  int slot_ = -1;
};

}  // namespace flowtalk
