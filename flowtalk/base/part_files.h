// Files that the parts of one work leave in a folder: 00003-of-00008ENDING.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/part.h"

namespace flowtalk {

std::filesystem::path part_file(const std::filesystem::path& folder, const Part& part,
                                const std::string& ending);

// Those of all parts, in their order. Error: none, one that is missing, or of two divisions; `what`
// names them ("measured parts").
std::vector<std::filesystem::path> part_files(const std::filesystem::path& folder,
                                              const std::string& ending, const char* what);

}  // namespace flowtalk
