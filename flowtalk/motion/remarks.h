// What is odd about a motion, for people: one line each.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/motion/motion_file.h"

namespace flowtalk::motion {

// Units that cannot be meant: a jaw in degrees (or in radians where degrees were said), other
// joints in degrees, a place in millimetres. `jaw_unit` is what the jaw was read as.
void remark_units(const Motion& motion, AngleUnit jaw_unit, const std::string& where,
                  std::vector<std::string>& remarks);

// Rows, (T, W), whose first columns look like a jaw where the last do not.
void remark_order(const Motion& rows, const std::string& where, std::vector<std::string>& remarks);

// All frames of several are alike.
bool is_still(const Motion& motion);
std::string still_remark(const Motion& motion, const std::string& where);

}  // namespace flowtalk::motion
