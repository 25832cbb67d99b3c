// The report of `flowtalk inspect` for people.
#pragma once

#include <cstddef>

#include "flowtalk/base/fields.h"

namespace flowtalk::apps {

// At most `most_arrays` arrays are listed.
void print_report(const Json& report, size_t most_arrays);

}  // namespace flowtalk::apps
