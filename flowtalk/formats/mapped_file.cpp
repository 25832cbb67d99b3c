#include "flowtalk/formats/mapped_file.h"

#include <fcntl.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::formats {
namespace {

// The rest of a file's last page: it can be read, but is not the file. Forbidden to tests under
// AddressSanitizer; the macros do nothing elsewhere.
size_t beyond_end(size_t size) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (page - size % page) % page;
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) fail("{}: no such file; check the path", path.string());
  if (file < 0) {
    fail("{}: cannot be read ({}); check its permissions", path.string(), strerror(errno));
  }
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    if (S_ISDIR(status.st_mode)) fail("{}: is a folder, expected a file", path.string());
    fail("{}: cannot be read (not a regular file)", path.string());
  }
  size_ = static_cast<size_t>(status.st_size);
  void* memory = size_ == 0 ? nullptr : mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
  const int error = errno;
  close(file);
  if (memory == MAP_FAILED) fail("{}: cannot be mapped ({})", path.string(), strerror(error));
  data_ = static_cast<const char*>(memory);
  try {
    refuse_lfs_pointer(bytes(), path);
  } catch (const Error&) {
    munmap(memory, size_);
    throw;
  }
  if (data_ != nullptr) ASAN_POISON_MEMORY_REGION(data_ + size_, beyond_end(size_));
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  ASAN_UNPOISON_MEMORY_REGION(data_ + size_, beyond_end(size_));
  munmap(const_cast<char*>(data_), size_);
}

void MappedFile::drop_pages() const {
  // The mapping is private and never written to, so nothing can be lost; a refusal costs memory.
  if (data_ != nullptr) madvise(const_cast<char*>(data_), size_, MADV_DONTNEED);
}

}  // namespace flowtalk::formats
