// What a file holds, as JSON for `flowtalk inspect` (the schema is in docs/inspect.md).
#pragma once

#include <cstdint>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/array.h"

namespace flowtalk::formats {

inline constexpr int64_t kListedValues = 64;  // arrays of up to this many elements list them

// Numbers as JSON can hold them: integers beyond 2^53, nan, inf and -inf become strings.
Json json_number(double value);
Json json_number(int64_t value);
Json json_number(uint64_t value);

// Name, dtype, shape; counts of nan and infinite elements; min, max, mean, sum and abs_sum of the
// finite ones, in double precision (null where there is none or they are complex); the values of
// an array of at most listed_values elements, in C order.
Json describe_array(const std::string& name, const Array& array,
                    int64_t listed_values = kListedValues);

}  // namespace flowtalk::formats
