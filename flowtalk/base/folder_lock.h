// One process at a time works in a folder, or one at each part of its work. The lock goes with the
// process, however it ends.
#pragma once

#include <filesystem>
#include <vector>

#include "flowtalk/base/part.h"

namespace flowtalk {

class FolderLock {
 public:
  static constexpr const char* kName = ".lock";

  // Locks folder/.lock, or .lock.3-of-8 and of .lock a share, which stay behind, empty or with the
  // id of their last owner. Error naming that process if another one holds it.
  explicit FolderLock(const std::filesystem::path& folder, const Part& part = {});
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::vector<int> files_;
};

}  // namespace flowtalk
