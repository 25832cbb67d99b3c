// The arrays in a tree of Python values, by their names.
#pragma once

#include <vector>

#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/value.h"

namespace flowtalk::formats {

// Without the lists and tuples of one item around it: numpy.save wraps what it pickles so.
Value unwrapped(Value value);

// Whether there is a dict among the items of a list or tuple: they are frames.
bool is_list_of_dicts(const Value& value);

// Of a dict its arrays and those of dicts in it, named "flame.exp"; of a list of dicts, one per
// frame, the same arrays with the frames as their first axis (formats/stacked.h); such lists may
// stand in a dict, too. Of an array that one, without a name. Numbers are arrays without axes,
// lists of numbers or of alike arrays have one more. Error: something else.
std::vector<NamedArray> arrays_of(const Value& value);

}  // namespace flowtalk::formats
