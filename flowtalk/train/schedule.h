// How the learning rate goes on after the warm-up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowtalk::train {

enum class Schedule : uint8_t { kConstant, kLinear, kCosine };
// "constant", "linear", "cosine" (base/fields.h). Error: another word.
std::string text_of(Schedule schedule);
void from_text(const std::string& text, Schedule& schedule);
std::vector<std::string> all_texts(Schedule);

// The share of the way from the highest rate to the last one that is left, 1 to 0, where `done`,
// 0 to 1, of the steps after the warm-up are done.
double left_at(Schedule schedule, double done);

}  // namespace flowtalk::train
