// numpy .npz files: zip archives of .npy files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/formats/zip.h"

namespace flowtalk::formats {

// The archive's directory is validated when the file is opened, each array when it is read: its
// checksum, its sizes and its header. Errors name the file and the array.
class NpzFile {
 public:
  explicit NpzFile(const std::filesystem::path& path);
  // Array names in the archive's order, without ".npy".
  const std::vector<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const { return zip_.find(name + ".npy") != nullptr; }
  // Stored arrays borrow the mapped file, deflated ones are inflated.
  Array array(const std::string& name) const;
  // The whole .npy file of a name, inflated where it is deflated.
  ZipContent bytes(const std::string& name) const;

 private:
  ZipReader zip_;
  std::vector<std::string> names_;
};

// Writes an archive of .npy files, stored and in this order, as numpy.savez does: names without
// ".npy", and the bytes of each file (formats/npy.h). The same bytes for the same parts.
// Error: more than 4 GiB.
void save_npz(const std::filesystem::path& path,
              const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace flowtalk::formats
