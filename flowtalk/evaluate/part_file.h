// What was measured of a part of the sequences, on disk, to be joined with the other parts.
#pragma once

#include <filesystem>

#include "flowtalk/base/part.h"
#include "flowtalk/evaluate/report.h"

namespace flowtalk::evaluate {

// Everything of a report but its setup's numbers that only measuring needs; numbers as they are, so
// that joined parts give the figures of the whole to the last digit. Sequences are those of a
// part, which takes every count-th from its index on.
void save_part(const std::filesystem::path& folder, const Report& report, const Part& part);

// The report of all parts in a folder, its sequences in the order of the whole. Errors: none,
// parts that are missing or of another division, that were measured otherwise, damaged ones.
Report join_parts(const std::filesystem::path& folder);

}  // namespace flowtalk::evaluate
