#include "flowtalk/base/part_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "flowtalk/base/error.h"

namespace flowtalk {
namespace fs = std::filesystem;
namespace {

std::vector<Part> parts_in(const fs::path& folder, const std::string& ending) {
  std::vector<Part> parts;
  if (!fs::is_directory(folder)) return parts;
  for (const auto& entry : fs::directory_iterator(folder)) {
    size_t which = 0, count = 0;
    const std::string name = entry.path().filename().string();
    if (std::sscanf(name.c_str(), "%5zu-of-%5zu", &which, &count) != 2 || which == 0) continue;
    const Part part{which - 1, count};
    if (part_file(folder, part, ending) == entry.path()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

fs::path part_file(const fs::path& folder, const Part& part, const std::string& ending) {
  return folder / fmt::format("{:05}-of-{:05}{}", part.index + 1, part.count, ending);
}

std::vector<fs::path> part_files(const fs::path& folder, const std::string& ending,
                                 const char* what) {
  const std::vector<Part> parts = parts_in(folder, ending);
  if (parts.empty()) {
    fail("{}: holds no {}; make them with {}", folder.string(), what, Field("part"));
  }
  const auto [least, most] = std::ranges::minmax(parts, {}, &Part::count);
  if (least.count != most.count) {
    fail("{}: holds parts of {} and of {}; delete those that are not meant", folder.string(),
         most.count, least.count);
  }
  std::vector<fs::path> files;
  for (size_t k = 0; k < most.count; ++k) {
    files.push_back(part_file(folder, {k, most.count}, ending));
    if (fs::exists(files.back())) continue;
    fail("{}: part {} of {} is missing; make it with {} {}/{}", folder.string(), k + 1, most.count,
         Field("part"), k + 1, most.count);
  }
  return files;
}

}  // namespace flowtalk
