// The names that the writer of a file gives what we call otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::params {

// Where a parameter stands in the file. "*" in the path is an index i; in the name "{i}" stands for
// it, "{2i}" and "{2i+1}" for what they say.
struct Rename {
  enum class Cut { kWhole, kQuery, kKey, kValue, kTransposed };
  std::string path, name;
  Cut cut = Cut::kWhole;  // a third of the rows, or the matrix on its side
};

// The row's name for a path; none: the row is of another.
std::optional<std::string> name_by(const Rename& row, const std::string& path);

// What of a tensor of the file is the parameter. Thirds borrow from it.
tensor::Tensor cut_out(const tensor::Tensor& x, Rename::Cut cut);
// The shape of the whole tensor of which the parameter has this one.
tensor::Shape whole_of(const tensor::Shape& shape, Rename::Cut cut);

}  // namespace flowtalk::params
