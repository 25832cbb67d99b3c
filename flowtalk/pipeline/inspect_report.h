// The report of `flowtalk inspect` as JSON; docs/inspect.md has its schema.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"

namespace flowtalk::pipeline {

// How the fields that remarks name are spelled (base/error.h).
using Spell = std::function<std::string(std::string_view field)>;
inline std::string plain(std::string_view field) { return std::string(field); }

// Everything about one file or folder. Errors name it: missing, damaged, of no known kind.
Json inspect_report(const std::filesystem::path& path, int64_t listed_values,
                    const Spell& spell = plain);
}  // namespace flowtalk::pipeline
