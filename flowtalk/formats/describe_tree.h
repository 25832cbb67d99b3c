// What a pickle or a torch file holds, as JSON for `flowtalk inspect` (docs/inspect.md).
#pragma once

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/describe.h"
#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

struct TreeDescription {
  Json tree;    // types, keys and plain values; arrays by name only
  Json arrays;  // describe_array of each, named by its keys joined with dots
};

// Parts that occur again are named instead of repeated, and what lies deeper than 64 levels or
// beyond 100,000 parts is left out with a mark, so that no file makes it long. Matrices of scipy
// and values of chumpy are described as the one array that they stand for. Error: such a matrix
// does not fit together.
TreeDescription describe_tree(const Value& root, int64_t listed_values = kListedValues);

}  // namespace flowtalk::formats
