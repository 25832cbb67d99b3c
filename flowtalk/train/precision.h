// In which numbers the layers' products are taken while training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flowtalk::train {

enum class Precision : uint8_t { kFloat32, kBFloat16 };
// "float32", "bfloat16" (base/fields.h). Error: another word.
std::string text_of(Precision precision);
void from_text(const std::string& text, Precision& precision);
std::vector<std::string> all_texts(Precision);

}  // namespace flowtalk::train
