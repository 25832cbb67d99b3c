// What the contents of a file or folder are to flowtalk, and which commands take it.
#pragma once

#include <filesystem>

#include "flowtalk/base/fields.h"

namespace flowtalk::pipeline {

// Adds "kind", "usable", "use" and "commands" to the report of `path` (docs/inspect.md). Usable is
// what the function that a command opens it with takes; what that refuses comes with its message.
void judge(Json& report, const std::filesystem::path& path);

}  // namespace flowtalk::pipeline
