// Numbers in messages that compare them.
#pragma once

#include <string>

namespace flowtalk {

// `value` with `digits` behind the point, or as many more as it takes to read otherwise than
// `other`: 0.0999 beside 0.1, not 0.100.
std::string apart(double value, double other, int digits);

}  // namespace flowtalk
