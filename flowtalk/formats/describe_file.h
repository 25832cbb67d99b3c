// What any file of numbers holds, as JSON for `flowtalk inspect` (docs/inspect.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/formats/describe.h"

namespace flowtalk::formats {

// Which reader a file is for: "npy", "npz", "safetensors", "torch", "pickle", "onnx", "json",
// "csv", "index_list", "ply", "obj", or "" if it is for none of them. Its name decides, unless its
// first bytes are plainly those of another of these. Error: missing, a folder, unreadable, empty.
std::string format_of(const std::filesystem::path& path);

// The same by the name alone, "" if its ending says nothing; the file is not opened.
std::string format_of_name(const std::filesystem::path& path);

// {"details": {...}, "arrays": [...]} and the "tree" of pickles and torch files, read as `format`
// from the list above. Errors name the file: damaged, or not of that format.
Json describe_file(const std::filesystem::path& path, const std::string& format,
                   int64_t listed_values = kListedValues);

// What a file is by its first bytes, for people: "a numpy array", "a sound file"; "" if that is not
// known or it cannot be read.
std::string look_of(const std::filesystem::path& path);

// Error if the first bytes show another kind than `kinds`, names from the list above, "sound" and
// "film" among them: "voice.wav: is a sound file; expected EXPECTED".
void refuse_other_look(const std::filesystem::path& path, std::string_view kinds,
                       std::string_view expected);

// Runs f, which reads the file. An Error that leaves it gives way to that of refuse_other_look:
// what a reader takes for damage is a file of another kind.
template <class F>
auto read_as(const std::filesystem::path& path, std::string_view kinds, std::string_view expected,
             F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const Error&) {
    refuse_other_look(path, kinds, expected);
    throw;
  }
}

}  // namespace flowtalk::formats
