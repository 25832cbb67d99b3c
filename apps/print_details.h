// What a report of `flowtalk inspect` tells beside arrays, for people.
#pragma once

#include <string>

#include "flowtalk/base/fields.h"

namespace flowtalk::apps {

// A number in few digits, or a text; "-" for null.
std::string shown(const Json& number);
// The texts of a list, each on a line of its own; none where it is not there.
void print_lines(const Json& in, const char* name, const char* before = "");
void print_details(const Json& details);

}  // namespace flowtalk::apps
