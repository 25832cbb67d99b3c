// Ctrl-C and termination leave nothing half-written behind.
#pragma once

#include <sys/types.h>

#include <filesystem>

namespace flowtalk {

// Makes SIGINT, SIGTERM and SIGHUP remove the files that PartialOutputs are writing, then end the
// program as they would have. For programs; the library changes no signal by itself.
void clean_up_when_interrupted();

// Until it has ended and been waited for, a process that we started gets SIGTERM when one of those
// signals ends the program. At most 8 at a time are known.
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
