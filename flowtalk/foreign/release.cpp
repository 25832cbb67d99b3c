#include "flowtalk/foreign/release.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::foreign {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kEndings = {".ckpt", ".pth", ".pt", ".tar", ".bin"};

// last.ckpt of every run of a stage, and the torch files in its folder itself.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> found;
  const fs::path logs = folder / "lightning_logs";
  if (fs::is_directory(logs)) {
    for (const auto& version : fs::directory_iterator(logs)) {
      const fs::path last = version.path() / "checkpoints" / "last.ckpt";
      if (fs::exists(last)) found.push_back(last);
    }
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string ending = entry.path().extension().string();
    const bool torch = std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
    if (torch && entry.is_regular_file()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

fs::path one_of(const fs::path& folder, const std::vector<fs::path>& found) {
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    fail(
        "{}: holds no checkpoint of a published system; expected stage_2/ or stage_1/ with "
        "lightning_logs/version_0/checkpoints/last.ckpt, or one torch file",
        folder.string());
  }
  std::vector<std::string> names;
  for (const fs::path& file : found) names.push_back(fs::relative(file, folder).string());
  fail("{}: holds {} checkpoints ({}); give one of them", folder.string(), found.size(),
       fmt::join(names, ", "));
}

}  // namespace

ReleaseFiles release_files(const fs::path& given) {
  if (!fs::is_directory(given)) return {given, {}};
  const fs::path first = given / "stage_1", second = given / "stage_2";
  if (!fs::is_directory(second)) {
    const fs::path folder = fs::is_directory(first) ? first : given;
    return {one_of(folder, checkpoints_in(folder)), {}};
  }
  ReleaseFiles files{one_of(second, checkpoints_in(second)), {}};
  if (fs::is_directory(first)) {
    if (const auto found = checkpoints_in(first); found.size() == 1) files.prior = found.front();
  }
  return files;
}

}  // namespace flowtalk::foreign
