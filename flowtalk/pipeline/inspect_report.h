// The report of `flowtalk inspect` as JSON; docs/inspect.md has its schema.
#pragma once

#include <cstdint>
#include <filesystem>

#include "flowtalk/base/fields.h"

namespace flowtalk::pipeline {

// Everything about one file or folder. Errors name it: missing, damaged, of no known kind.
Json inspect_report(const std::filesystem::path& path, int64_t listed_values);
}  // namespace flowtalk::pipeline
