#include "flowtalk/formats/frame_folder.h"

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/stacked.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kDigits = "0123456789";

// "exp_0012_raw.npz" as "exp_", 12, "_raw.npz".
struct NumberedName {
  std::string before, after;
  uint64_t number = 0;
};

std::optional<NumberedName> numbered(const fs::path& path) {
  const std::string stem = path.stem().string();
  const size_t last = stem.find_last_of(kDigits);
  if (last == stem.npos) return std::nullopt;
  const size_t first = stem.find_last_not_of(kDigits, last) + 1;  // npos + 1: it starts the stem
  NumberedName name{stem.substr(0, first), stem.substr(last + 1) + path.extension().string()};
  const auto parsed = std::from_chars(stem.data() + first, stem.data() + last + 1, name.number);
  if (parsed.ec != std::errc()) return std::nullopt;
  return name;
}

using Numbered = std::multimap<uint64_t, fs::path>;

// Nothing where a folder holds anything else.
std::optional<Numbered> files_by_number(const fs::path& folder) {
  Numbered files;
  std::optional<NumberedName> like;
  std::error_code code;
  for (fs::directory_iterator at(folder, code); !code && at != fs::directory_iterator();
       at.increment(code)) {
    if (at->path().filename().string().starts_with('.')) continue;
    std::error_code ignored;
    const auto name = numbered(at->path());
    if (!name || !at->is_regular_file(ignored)) return std::nullopt;
    if (!like) like = name;
    if (name->before != like->before || name->after != like->after) return std::nullopt;
    files.emplace(name->number, at->path());
  }
  if (code || files.empty()) return std::nullopt;
  return files;
}

}  // namespace

bool is_frame_folder(const fs::path& folder) {
  const auto files = files_by_number(folder);
  if (!files) return false;
  const fs::path& first = files->begin()->second;
  const std::string named = format_of_name(first);
  if (!named.empty()) return holds_arrays(named);
  try {
    return holds_arrays(format_of(first));
  } catch (const Error&) {
    return false;  // cannot be read, so it is unknown what it holds
  }
}

std::vector<NamedArray> folder_arrays(const fs::path& folder) {
  const auto files = files_by_number(folder);
  if (!files) {
    fail(
        "{}: is a folder, expected a file of arrays, or a folder with nothing but one such file "
        "per frame, whose names differ in the frame's number",
        folder.string());
  }
  std::vector<Frame> frames;
  size_t bytes = 0;
  uint64_t next = files->begin()->first;
  for (const auto& [number, path] : *files) {
    if (number != next) {
      fail("{}: {} {}; number the frames one by one", folder.string(),
           number > next ? "holds no frame" : "holds two frames", number > next ? next : number);
    }
    ++next;
    frames.push_back({path.string(), open_arrays(path)});
    bytes += fs::file_size(path);
  }
  return stacked(frames, folder.string(), most_stacked_bytes(bytes));
}

}  // namespace flowtalk::formats
