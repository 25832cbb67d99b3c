#include "flowtalk/formats/npz.h"

#include "flowtalk/base/error.h"
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

Array NpzFile::array(const std::string& name) const {
  const ZipEntry* entry = zip_.find(name + std::string(kSuffix));
  if (entry == nullptr) fail("{}: has no array {}", zip_.where(), printable(name));
  const ZipContent content = zip_.read(*entry);
  return read_npy_array(content.bytes, content.owner,
                        fmt::format("{}: {}", zip_.where(), printable(entry->name)));
}

}  // namespace flowtalk::formats
