// One process at a time works in a folder. The lock goes with the process, however it ends.
#pragma once

#include <filesystem>

namespace flowtalk {

class FolderLock {
 public:
  static constexpr const char* kName = ".lock";

  // Locks folder/.lock, which stays behind, empty or with the id of its last owner. Error naming
  // that process if another one holds it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace flowtalk
