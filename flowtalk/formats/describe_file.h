// What any file of numbers holds, as JSON for `flowtalk inspect` (docs/inspect.md).
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/describe.h"

namespace flowtalk::formats {

// Which reader a file is for: "npy", "npz", "safetensors", "torch", "pickle", "json",
// "csv", "index_list", "ply", or "" if it is for none of them. Its name decides, then its first
// bytes. Error: missing, a folder, unreadable, empty.
std::string format_of(const std::filesystem::path& path);

// The same by the name alone, "" if its ending says nothing; the file is not opened.
std::string format_of_name(const std::filesystem::path& path);

// {"details": {...}, "arrays": [...]} and the "tree" of pickles and torch files, read as `format`
// from the list above. Errors name the file: damaged, or not of that format.
Json describe_file(const std::filesystem::path& path, const std::string& format,
                   int64_t listed_values = kListedValues);

}  // namespace flowtalk::formats
