#include "flowtalk/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/words.h"

namespace flowtalk {
namespace fs = std::filesystem;
namespace {

// Error: no file can have this name.
void check_name(const fs::path& path) {
  if (name_fits(path)) return;
  fail("{}: the name is too long, {} bytes; at most {} fit; give a shorter one", path.string(),
       path.filename().string().size(), kLongestName);
}

// NAME.partial; of a name that leaves no room for that, its beginning and a number that stands for
// the rest.
std::string partial_name(std::string name) {
  constexpr std::string_view kEnding = ".partial";
  if (name.size() + kEnding.size() > kLongestName) {
    const std::string rest = fmt::format("~{:016x}", std::hash<std::string>()(name));
    size_t kept = kLongestName - kEnding.size() - rest.size();
    while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0u) == 0x80u) --kept;  // UTF-8
    name.resize(kept);
    name += rest;
  }
  return name.append(kEnding);
}

}  // namespace

std::string ending_of(const fs::path& path) { return in_small_letters(path.extension().string()); }

std::string load_file(const fs::path& path, size_t max_bytes) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) {
    fail("{}: no such file; check the path", path.string());
  }
  if (fs::is_directory(status)) fail("{}: is a folder, expected a file", path.string());
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("{}: cannot be read ({}); check its permissions", path.string(), strerror(errno));
  in.seekg(0, std::ios::end);
  const auto size = static_cast<std::streamoff>(in.tellg());
  if (size < 0) fail("{}: cannot be read (not a regular file)", path.string());
  if (static_cast<size_t>(size) > max_bytes) {
    fail("{}: is {} bytes, at most {} are read here", path.string(), size, max_bytes);
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  if (in.gcount() != size) {
    fail("{}: read {} of {} bytes; the file changed or the disk failed", path.string(), in.gcount(),
         size);
  }
  refuse_lfs_pointer(bytes, path);
  return bytes;
}

void refuse_lfs_pointer(std::string_view bytes, const fs::path& path) {
  constexpr size_t kMost = 1024;  // bytes of a pointer, says the specification
  if (bytes.size() > kMost) return;
  if (!bytes.starts_with("version https://git-lfs.") &&
      !bytes.starts_with("version https://hawser.")) {
    return;
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::string size;
  if (const auto at = bytes.find("\nsize "); at != std::string_view::npos) {
    size = bytes.substr(at + 6, bytes.find('\n', at + 1) - at - 6);
  }
  const bool number = !size.empty() && size.find_first_not_of("0123456789") == std::string::npos;
  fail("{}: is a pointer of git-lfs, not the file itself{}; run `git lfs pull` in {}",
       path.string(), number ? fmt::format(" ({} bytes)", size) : "", folder.string());
}

void make_parent_folder(const fs::path& path) {
  const auto parent = path.parent_path();
  if (parent.empty()) return;
  std::error_code code;
  fs::create_directories(parent, code);
  if (!fs::is_directory(parent)) {
    fail("{}: the folder cannot be made ({}); choose another output", parent.string(),
         code.message());
  }
}

void save_file(const fs::path& path, std::string_view bytes) {
  PartialOutput output(path);
  {
    std::ofstream out(output.path(), std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) fail("{}: cannot be written ({})", path.string(), strerror(errno));
  }
  output.commit();
}

void check_writable(const fs::path& path) {
  check_name(path);
  if (fs::is_directory(path)) fail("{}: is a folder, expected a file name", path.string());
  fs::path parent = path.parent_path();
  while (!parent.empty() && !fs::exists(parent)) parent = parent.parent_path();
  if (parent.empty()) parent = ".";
  if (!fs::is_directory(parent)) {
    fail("{}: cannot be written, {} is a file; choose another output", path.string(),
         parent.string());
  }
  if (access(parent.string().c_str(), W_OK) != 0) {
    fail("{}: cannot be written ({}); choose another output", path.string(), strerror(errno));
  }
}

PartialOutput::PartialOutput(fs::path final_path) : final_(std::move(final_path)) {
  check_name(final_);
  make_parent_folder(final_);
  if (fs::is_directory(final_) && final_.has_filename() == false) {
    fail("{}: is a folder, expected a file name", final_.string());
  }
  const auto parent = final_.parent_path().empty() ? fs::path(".") : final_.parent_path();
  if (access(parent.string().c_str(), W_OK) != 0) {
    fail("{}: cannot be written ({}); choose another output", final_.string(), strerror(errno));
  }
  partial_ = parent / partial_name(final_.filename().string());
  std::error_code code;
  fs::remove_all(partial_, code);
  unfinished_.emplace(partial_);
}

PartialOutput::~PartialOutput() {
  std::error_code code;
  if (!committed_) fs::remove_all(partial_, code);
}

void PartialOutput::commit() {
  std::error_code code;
  if (fs::is_directory(partial_) && fs::exists(final_)) {
    // Swapped in one step where the system can, so that a reader or a crash finds the old folder or
    // the new one; what is removed then is the old one.
#ifdef RENAME_EXCHANGE
    if (renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, final_.c_str(), RENAME_EXCHANGE) == 0) {
      fs::remove_all(partial_, code);
      committed_ = true;
      return;
    }
#endif
    fs::remove_all(final_, code);
  }
  fs::rename(partial_, final_, code);
  if (code) fail("{}: cannot be written ({})", final_.string(), code.message());
  committed_ = true;
}

}  // namespace flowtalk
