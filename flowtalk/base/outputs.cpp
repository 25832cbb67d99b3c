#include "flowtalk/base/outputs.h"

#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk {
namespace fs = std::filesystem;

bool name_fits(const fs::path& path) { return path.filename().string().size() <= kLongestName; }

void check_ending(const fs::path& path, const std::string& ending, const std::string& field) {
  if (ending_of(path) == ending) return;
  fail_usage("{} {}: expected a name that ends in {}", Field(field), path.string(), ending);
}

void refuse_to_replace(const fs::path& output, const std::vector<fs::path>& inputs) {
  std::error_code code;
  if (!fs::exists(output, code)) return;
  for (const fs::path& input : inputs) {
    if (output.empty() || input.empty() || !fs::equivalent(output, input, code)) continue;
    fail_usage("{}: would be written over {}, which is read; name another output", output.string(),
               output == input ? "itself" : input.string());
  }
}

void note_new_folders(const std::vector<fs::path>& files, const Reporter& reporter) {
  std::set<fs::path> folders;
  std::error_code code;
  for (const fs::path& file : files) {
    const fs::path folder = file.parent_path();
    if (!folder.empty() && !fs::exists(folder, code)) folders.insert(folder);
  }
  for (const fs::path& folder : folders) {
    reporter.note(fmt::format("makes the folder {}", folder.string()));
  }
}

void check_report(const fs::path& path, const std::string& ending) {
  if (path.empty()) return;
  check_writable(path);
  if (ending_of(path) == ending || !fs::exists(path)) return;
  fail_usage("{}: is there already and may be no report; give a name that ends in {}",
             path.string(), ending);
}

void check_folder(const fs::path& folder, const std::string& option) {
  std::error_code code;
  if (fs::exists(folder, code) && !fs::is_directory(folder, code)) {
    fail_usage("{} {}: is a file, expected a folder; choose another", Field(option),
               folder.string());
  }
  check_writable(folder / "x");
}

fs::path replaced_folder(const fs::path& given, const std::string& option,
                         const std::function<bool(const std::string&)>& ours) {
  const fs::path folder = given.has_filename() ? given : given.parent_path();
  if (!fs::exists(folder)) return folder;
  if (!fs::is_directory(folder)) {
    fail("{} {}: is a file, expected a folder; choose another", Field(option), given.string());
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() && ours(name)) continue;
    fail("{} {}: holds '{}', which would be lost; give a new folder", Field(option), given.string(),
         name);
  }
  return folder;
}

}  // namespace flowtalk
