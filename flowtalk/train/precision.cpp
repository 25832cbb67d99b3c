#include "flowtalk/train/precision.h"

#include "flowtalk/base/error.h"

namespace flowtalk::train {
namespace {

constexpr const char* kFloat32Name = "float32";
constexpr const char* kBFloat16Name = "bfloat16";

}  // namespace

std::string text_of(Precision precision) {
  return precision == Precision::kFloat32 ? kFloat32Name : kBFloat16Name;
}

void from_text(const std::string& text, Precision& precision) {
  if (text != kFloat32Name && text != kBFloat16Name) {
    fail("expected {} or {}", kFloat32Name, kBFloat16Name);
  }
  precision = text == kFloat32Name ? Precision::kFloat32 : Precision::kBFloat16;
}

std::vector<std::string> all_texts(Precision) { return {kFloat32Name, kBFloat16Name}; }

}  // namespace flowtalk::train
