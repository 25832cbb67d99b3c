#include "flowtalk/arkit/gains.h"

#include <array>
#include <string_view>

#include "flowtalk/arkit/names.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/face/gaze.h"

namespace flowtalk::arkit {
namespace {

// The largest displacement of a vertex of the skin at 1, mm, measured: scores_test.cpp measures
// ours anew; theirs is FaceXModel's, its first 9,409 vertices. Both sides of a face are alike.
struct Peak {
  std::string_view stem;  // what the name starts with
  float ours_mm, theirs_mm;
};
constexpr std::array kPeaks{
    Peak{"eyeSquint", 2.95f, 3.7f},       Peak{"eyeWide", 2.55f, 3.5f},
    Peak{"jawForward", 5.50f, 11.2f},     Peak{"jawLeft", 7.00f, 8.9f},
    Peak{"jawRight", 7.00f, 8.9f},        Peak{"mouthFunnel", 6.58f, 11.7f},
    Peak{"mouthPucker", 7.46f, 12.4f},    Peak{"mouthLeft", 6.69f, 18.8f},
    Peak{"mouthRight", 6.69f, 18.8f},     Peak{"mouthSmile", 11.92f, 15.8f},
    Peak{"mouthFrown", 8.04f, 6.1f},      Peak{"mouthDimple", 6.17f, 8.9f},
    Peak{"mouthStretch", 9.68f, 10.3f},   Peak{"mouthRollLower", 6.61f, 14.2f},
    Peak{"mouthRollUpper", 6.57f, 11.6f}, Peak{"mouthShrugLower", 5.02f, 11.3f},
    Peak{"mouthShrugUpper", 3.52f, 6.2f}, Peak{"mouthPress", 3.46f, 4.3f},
    Peak{"mouthLowerDown", 6.36f, 4.6f},  Peak{"mouthUpperUp", 6.48f, 8.8f},
    Peak{"browDown", 7.19f, 6.5f},        Peak{"browInnerUp", 6.45f, 6.1f},
    Peak{"browOuterUp", 7.79f, 8.6f},     Peak{"cheekPuff", 10.36f, 14.1f},
    Peak{"cheekSquint", 3.95f, 6.3f},     Peak{"noseSneer", 5.00f, 10.3f}};

// Radians that a full look turns an eye by, in recordings of Live Link Face: slopes of its angles
// over its shapes, both written side by side in every line.
constexpr float kAsideThere = 0.60f, kUpDownThere = 0.55f;

constexpr std::array<float, kShapes> kGains = [] {
  std::array<float, kShapes> gains{};
  for (size_t i = 0; i < kShapes; ++i) {
    gains[i] = 1;
    for (const Peak& peak : kPeaks) {
      if (kNames[i].starts_with(peak.stem)) gains[i] = peak.ours_mm / peak.theirs_mm;
    }
    if (kNames[i].starts_with("eyeLookIn") || kNames[i].starts_with("eyeLookOut")) {
      gains[i] = face::kLookAside / kAsideThere;
    }
    if (kNames[i].starts_with("eyeLookUp")) gains[i] = face::kLookUp / kUpDownThere;
    if (kNames[i].starts_with("eyeLookDown")) gains[i] = face::kLookDown / kUpDownThere;
  }
  return gains;
}();

}  // namespace

std::string text_of(Gain gain) { return gain == Gain::kArkit ? "arkit" : "none"; }
std::vector<std::string> all_texts(const Gain&) {
  return {text_of(Gain::kNone), text_of(Gain::kArkit)};
}
void from_text(const std::string& text, Gain& gain) {
  for (const Gain known : {Gain::kNone, Gain::kArkit}) {
    if (text != text_of(known)) continue;
    gain = known;
    return;
  }
  fail("expected none or arkit, got '{}'", text);
}

float gain_of(size_t shape) {
  FT_CHECK(shape < kShapes, "shape {}", shape);
  return kGains[shape];
}

}  // namespace flowtalk::arkit
