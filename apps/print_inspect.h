// The report of `flowtalk inspect` for people.
#pragma once

#include <cstddef>

#include "flowtalk/base/fields.h"

namespace flowtalk::apps {

// At most `most_arrays` arrays are listed. verdict_only: what it is, what it is for, and what is
// odd about it.
void print_report(const Json& report, size_t most_arrays, bool verdict_only);

}  // namespace flowtalk::apps
