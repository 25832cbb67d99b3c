#include <algorithm>
#include <array>
#include <numbers>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/people.h"

namespace flowtalk::evaluate {
namespace {

constexpr double kDegrees = 180 / std::numbers::pi;

// The columns that are looked at.
enum Column : size_t {
  kBlinkLeft,
  kBlinkRight,
  kHeadYaw,
  kHeadPitch,
  kHeadRoll,
  kLeftYaw,
  kLeftPitch,
  kRightYaw,
  kRightPitch,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kNames{
    "EyeBlinkLeft", "EyeBlinkRight", "HeadYaw",     "HeadPitch",    "HeadRoll",
    "LeftEyeYaw",   "LeftEyePitch",  "RightEyeYaw", "RightEyePitch"};

using Values = std::array<double, kColumns>;

std::array<int64_t, kColumns> places_of(const data::LiveLink& take, const std::string& where) {
  std::array<int64_t, kColumns> places{};
  for (size_t k = 0; k < kColumns; ++k) {
    const auto found = std::ranges::find(take.names, kNames[k]);
    if (found == take.names.end()) {
      fail("{}: no column {}; expected what Live Link Face exports, a line of 61 names at the top",
           where, kNames[k]);
    }
    places[k] = found - take.names.begin();
  }
  return places;
}

LivingFace face_of(const std::vector<Values>& rows, double rate_hz, const std::string& where) {
  LivingFace face{where, rate_hz, {}, {}, {}};
  const bool turns = std::ranges::any_of(rows, [](const Values& v) {
    return v[kHeadYaw] != 0 || v[kHeadPitch] != 0 || v[kHeadRoll] != 0;
  });
  for (const Values& v : rows) {
    if (turns) {
      const auto angle = [&](Column k) { return static_cast<float>(v[k]); };
      face.head.push_back(
          arkit::head_of({angle(kHeadYaw), angle(kHeadPitch), angle(kHeadRoll), 0, 0, 0, 0, 0, 0}));
    }
    // Towards the person's right and down.
    face.gaze.push_back({-kDegrees * 0.5 * (v[kLeftYaw] + v[kRightYaw]),
                         -kDegrees * 0.5 * (v[kLeftPitch] + v[kRightPitch])});
    face.lids.push_back(0.5 * (v[kBlinkLeft] + v[kBlinkRight]));
  }
  return face;
}

}  // namespace

LivingFace live_link_face(const data::LiveLink& take, const std::string& where) {
  const auto places = places_of(take, where);
  std::vector<int64_t> seconds;
  std::vector<Values> rows;
  for (int64_t t = 0; t < take.values.dim(0); ++t) {
    Values values{};
    for (size_t k = 0; k < kColumns; ++k) {
      values[k] = double{take.values[t * take.values.dim(1) + places[k]]};
    }
    if (!rows.empty() && values == rows.back()) continue;
    seconds.push_back(take.seconds[static_cast<size_t>(t)]);
    rows.push_back(values);
  }
  if (rows.size() < 2) fail("{}: holds {} frames; expected a take", where, rows.size());
  return face_of(rows, data::live_link_rate(seconds, where), where);
}

}  // namespace flowtalk::evaluate
