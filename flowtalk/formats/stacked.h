// Frames that are stored one by one, as trackers do: the arrays of each under the same names. Each
// name becomes one array with the frames as its first axis.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::formats {

// How many bytes of arrays a file may stand for: parts of a file may be shared by all frames.
constexpr size_t most_stacked_bytes(size_t file_bytes) {
  return (size_t{1} << 26) + 8 * file_bytes;
}

// Arrays of one shape, one behind the other: (N, ...). Of one element type, else float64.
// `wheres` name them in errors. Errors: none, another shape than the first, more than `most_bytes`.
Array stack(const std::vector<Array>& arrays, const std::vector<std::string>& wheres,
            size_t most_bytes);

struct Frame {
  std::string where;  // for messages
  std::vector<NamedArray> arrays;
};

// The arrays of all frames by name. Texts that are alike are one text. What a frame holds is read
// when it is asked for, with the errors of stack and for a frame that lacks the name: so frames may
// differ in what nobody reads.
std::vector<NamedArray> stacked(const std::vector<Frame>& frames, const std::string& where,
                                size_t most_bytes);

}  // namespace flowtalk::formats
