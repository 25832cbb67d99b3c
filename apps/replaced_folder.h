// Folders that a command makes as a whole, in the place of what an earlier call left there.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace flowtalk::apps {

// The folder without a slash at its end. Error if it is a file, or if it holds anything whose name
// is not `ours`: that would be lost.
std::filesystem::path replaced_folder(const std::filesystem::path& folder,
                                      const std::string& option,
                                      const std::function<bool(const std::string&)>& ours);

// For `train pack` and `train all`: a new folder, or one that holds nothing but a packed model.
std::filesystem::path model_folder(const std::filesystem::path& folder);

}  // namespace flowtalk::apps
