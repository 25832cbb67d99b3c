#include "flowtalk/formats/npz.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {
constexpr std::string_view kSuffix = ".npy";
}

NpzFile::NpzFile(const std::filesystem::path& path) : zip_(path) {
  for (const ZipEntry& entry : zip_.entries()) {
    if (!entry.name.ends_with(kSuffix)) {
      fail("{}: holds {}, expected only .npy files; is it another kind of zip archive?",
           zip_.where(), printable(entry.name));
    }
    names_.push_back(entry.name.substr(0, entry.name.size() - kSuffix.size()));
  }
}

ZipContent NpzFile::bytes(const std::string& name) const {
  const ZipEntry* entry = zip_.find(name + std::string(kSuffix));
  if (entry == nullptr) fail("{}: has no array {}", zip_.where(), printable(name));
  return zip_.read(*entry);
}

Array NpzFile::array(const std::string& name) const {
  const ZipContent content = bytes(name);
  return read_npy_array(content.bytes, content.owner,
                        fmt::format("{}: {}", zip_.where(), printable(name + ".npy")));
}

void save_npz(const std::filesystem::path& path,
              const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<std::pair<std::string, std::string_view>> entries;
  for (const auto& [name, bytes] : files) entries.emplace_back(name + std::string(kSuffix), bytes);
  save_file(path, stored_zip(entries, path.string()));
}

}  // namespace flowtalk::formats
