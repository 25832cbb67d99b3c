#include "flowtalk/base/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "flowtalk/base/error.h"

namespace flowtalk {
namespace {

namespace fs = std::filesystem;

void let_go(int file) {
  flock(file, LOCK_UN);  // also where a process that was forked has not closed it yet
  close(file);
}

// how: LOCK_EX, and this process's id is left in the file; or LOCK_SH.
int locked(const fs::path& path, int how) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) fail("{}: cannot be opened ({})", path.string(), std::strerror(errno));
  if (flock(file, how | LOCK_NB) != 0) {
    std::array<char, 32> owner{};
    const ssize_t got = read(file, owner.data(), owner.size() - 1);
    close(file);
    fail("{}: process {} works in this folder; wait for it or end it, or take another folder",
         path.parent_path().string(), got > 0 ? owner.data() : "?");
  }
  const std::string own = how == LOCK_EX ? std::to_string(getpid()) : "";
  if (ftruncate(file, 0) != 0 || write(file, own.data(), own.size()) < 0) {
    let_go(file);
    fail("{}: cannot be written ({})", path.string(), std::strerror(errno));
  }
  return file;
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, const Part& part) {
  const fs::path whole = folder / kName;
  files_.push_back(locked(whole, part.count == 1 ? LOCK_EX : LOCK_SH));
  if (part.count == 1) return;
  const std::string name = fmt::format("{}.{}-of-{}", kName, part.index + 1, part.count);
  try {
    files_.push_back(locked(folder / name, LOCK_EX));
  } catch (...) {
    let_go(files_.front());
    throw;
  }
}

FolderLock::~FolderLock() {
  for (const int file : files_) let_go(file);
}

}  // namespace flowtalk
