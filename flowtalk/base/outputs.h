// What a command writes must not cost the user anything else.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"

namespace flowtalk {

// Bytes of a name within its folder, on Linux and on the usual file systems.
inline constexpr size_t kLongestName = 255;

// Can a file have this name? The folders before it are not looked at.
bool name_fits(const std::filesystem::path& path);

// Usage Error unless the path ends in `ending` (".mp4"), in letters of any size; field: what named
// it.
void check_ending(const std::filesystem::path& path, const std::string& ending,
                  const std::string& field);

// Usage Error if `output` is one of the inputs, which it would replace. Empty paths and inputs that
// are not there are left to whoever opens them.
void refuse_to_replace(const std::filesystem::path& output,
                       const std::vector<std::filesystem::path>& inputs);

// Notes the folders of these files that are not there yet and will be made with them, one line for
// each. "" is no file.
void note_new_folders(const std::vector<std::filesystem::path>& files, const Reporter& reporter);

// A report (.json, .html) may take the place of an earlier one, but of nothing else: usage Error if
// there is a file of this name with another ending. Error if it could not be written. "" is none.
void check_report(const std::filesystem::path& path, const std::string& ending);

// Error if no folder of this name could be made or written to; to be asked before long work. Makes
// nothing. option: the field that names it.
void check_folder(const std::filesystem::path& folder, const std::string& option);

// A folder that a command makes as a whole, in the place of what an earlier call left there.
// The folder without a slash at its end. Error if it is a file, or if it holds anything whose name
// is not `ours`: that would be lost.
// option: the field that names it.
std::filesystem::path replaced_folder(const std::filesystem::path& folder,
                                      const std::string& option,
                                      const std::function<bool(const std::string&)>& ours);

}  // namespace flowtalk
