// The vertex lists of the metrics, from files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// What one place holds; lists that it does not hold are absent.
struct RegionLists {
  std::optional<std::vector<uint32_t>> lips, upper_face, eyes;
  std::string note;  // what was taken for what, if names had to be read into; for people

  bool empty() const { return !lips && !upper_face && !eyes; }
};

// A folder with lve.txt, fdd.txt, eve.txt (formats/index_list.h) or FLAME's masks in it, or a file
// of masks: a pickled dict from names to vertex indices, as FLAME_masks.pkl. Of masks the lips are
// "lips", the eyes "eye_region", the upper face "forehead" and "eye_region" together.
// Errors name the file: indices that are not below `vertices`, masks without these names.
RegionLists read_regions(const std::filesystem::path& place, uint64_t vertices);

// Error: lips of which too few are among the face's own, where it has some: a list that was made
// for another mesh, such as that of an older built-in head (of which half may coincide). Lists of a
// few vertices are taken as they are.
void check_lips(const std::vector<uint32_t>& lips, const Face& face,
                const std::filesystem::path& place);

// The three lists of a face as such a folder; those that it has not are left out.
void save_regions(const std::filesystem::path& folder, const Regions& regions);

}  // namespace flowtalk::face
