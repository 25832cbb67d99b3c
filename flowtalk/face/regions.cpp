#include "flowtalk/face/regions.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/index_list.h"
#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::face {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMasks = "FLAME_masks.pkl";
using List = std::vector<uint32_t>;

// Indices, or one true or false per vertex.
List mask(const formats::NamedArray& array, uint64_t vertices) {
  const formats::Array values = array.load();
  List list;
  for (int64_t i = 0; i < values.size(); ++i) {
    const double value = values.real(i);
    if (values.dtype == formats::Dtype::kBool) {
      if (value != 0) list.push_back(static_cast<uint32_t>(i));
      continue;
    }
    if (!(value >= 0 && value < static_cast<double>(vertices)) || value != std::floor(value)) {
      fail("{}: item {} is {}, expected an index below {}; is it a mask of another mesh?",
           array.where, i + 1, value, vertices);
    }
    list.push_back(static_cast<uint32_t>(value));
  }
  if (values.dtype == formats::Dtype::kBool &&
      (values.shape.size() != 1 || static_cast<uint64_t>(values.size()) != vertices)) {
    fail("{}: {} truth values, expected one for each of {} vertices", array.where, values.size(),
         vertices);
  }
  return list;
}

RegionLists read_masks(const fs::path& file, uint64_t vertices) {
  const auto arrays = formats::open_arrays(file);
  const auto find = [&](std::initializer_list<const char*> names) {
    std::optional<List> all;
    for (const formats::NamedArray& array : arrays) {
      if (std::ranges::find(names, array.name) == names.end()) continue;
      if (!all) all.emplace();
      const List more = mask(array, vertices);
      all->insert(all->end(), more.begin(), more.end());
    }
    return all;
  };
  RegionLists lists;
  lists.lips = find({"lips"});
  lists.eyes = find({"eye_region"});
  if (!lists.eyes) lists.eyes = find({"left_eye_region", "right_eye_region"});
  lists.upper_face = find({"forehead"});
  if (lists.upper_face && lists.eyes) {
    List& list = *lists.upper_face;
    list.insert(list.end(), lists.eyes->begin(), lists.eyes->end());
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  if (lists.empty()) {
    fail("{}: expected masks with the names lips, forehead, eye_region, as FLAME's", file.string());
  }
  lists.note = fmt::format("{}: lips for LVE, forehead and eye_region for FDD, eye_region for EVE",
                           file.filename().string());
  return lists;
}

}  // namespace

RegionLists read_regions(const fs::path& place, uint64_t vertices) {
  if (fs::is_regular_file(place)) return read_masks(place, vertices);
  RegionLists lists;
  const auto read = [&](const char* name, std::optional<List>& list) {
    if (!fs::is_regular_file(place / name)) return;
    list = formats::load_index_list(place / name, vertices);
  };
  read("lve.txt", lists.lips);
  read("fdd.txt", lists.upper_face);
  read("eve.txt", lists.eyes);
  if (lists.empty() && fs::is_regular_file(place / kMasks)) {
    return read_masks(place / kMasks, vertices);
  }
  return lists;
}

void check_lips(const List& lips, const Face& face, const fs::path& place) {
  constexpr size_t kFew = 50;
  // Lists of FLAME are drawn in several ways; the built-in head has its own.
  const double least = face.axes == motion::Axes::kBuiltin ? 0.75 : 0.2;
  if (lips.size() < kFew || face.regions.lips.empty()) return;
  const std::set<uint32_t> own(face.regions.lips.begin(), face.regions.lips.end());
  const auto shared =
      std::count_if(lips.begin(), lips.end(), [&](uint32_t v) { return own.contains(v); });
  if (static_cast<double>(shared) >= least * static_cast<double>(lips.size())) return;
  fail(
      "{}: {} of its {} lip vertices are on the lips of the face {}; it was made for another mesh. "
      "Leave it out, or make it anew: flowtalk export obj writes the lists of a face",
      place.string(), shared, lips.size(), face.name);
}

void save_regions(const std::filesystem::path& folder, const Regions& regions) {
  const auto save = [&folder](const char* name, const std::vector<uint32_t>& vertices) {
    if (vertices.empty()) return;
    make_parent_folder(folder / name);
    save_file(folder / name, fmt::format("{}\n", fmt::join(vertices, ",")));
  };
  save("lve.txt", regions.lips);
  save("fdd.txt", regions.upper_face);
  save("eve.txt", regions.eyes);
}

}  // namespace flowtalk::face
