#include "flowtalk/base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "flowtalk/base/error.h"

namespace flowtalk {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kName;
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) fail("{}: cannot be opened ({})", path.string(), std::strerror(errno));
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> owner{};
    const ssize_t got = read(file_, owner.data(), owner.size() - 1);
    close(file_);
    fail("{}: process {} works in this folder; wait for it or end it, or take another folder",
         folder.string(), got > 0 ? owner.data() : "?");
  }
  const std::string own = std::to_string(getpid());
  if (ftruncate(file_, 0) != 0 || write(file_, own.data(), own.size()) < 0) {
    close(file_);
    fail("{}: cannot be written ({})", path.string(), std::strerror(errno));
  }
}

FolderLock::~FolderLock() {
  flock(file_, LOCK_UN);  // also where a process that was forked has not closed it yet
  close(file_);
}

}  // namespace flowtalk
