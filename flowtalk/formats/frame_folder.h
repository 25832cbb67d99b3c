// Folders of one file of arrays per frame, named by the frame's number, as some trackers save them.
#pragma once

#include <filesystem>
#include <vector>

#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::formats {

// Whether a folder holds nothing but such files: names that differ in their last number alone
// (00012.frame, exp_12.npz), the first of them a file of arrays. Hidden files do not count.
bool is_frame_folder(const std::filesystem::path& folder);

// The arrays of all frames, in the order of their numbers (formats/stacked.h).
// Errors: no such folder, a number that is missing or stands twice, a file that cannot be read.
std::vector<NamedArray> folder_arrays(const std::filesystem::path& folder);

}  // namespace flowtalk::formats
