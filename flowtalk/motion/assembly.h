// A motion from arrays that are named as the field names them.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/motion/motion_file.h"

namespace flowtalk::motion {

// The parts as they stand, at the rate that the file says; see motion_of.
MotionFile assemble(const std::vector<formats::NamedArray>& arrays, const std::string& where,
                    const Reading& reading);

// What stands beside the rows of a file: their rate and whose axes they move; the rest is left out.
void add_beside_rows(MotionFile& file, const std::vector<formats::NamedArray>& arrays,
                     const formats::NamedArray& rows);

// Are these the weights of a network? One of its matrices may be as wide as rows of motion, and a
// loss be called after a part of the face.
bool is_network(const std::vector<formats::NamedArray>& arrays);

}  // namespace flowtalk::motion
