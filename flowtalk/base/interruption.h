// Ctrl-C and termination leave nothing half-written behind.
#pragma once

#include <filesystem>

namespace flowtalk {

// Makes SIGINT, SIGTERM and SIGHUP remove the files that PartialOutputs are writing, then end the
// program as they would have. For programs; the library changes no signal by itself.
void clean_up_when_interrupted();

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
