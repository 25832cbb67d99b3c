// iFacialMocap's text: one line a frame in a packet of its own, whole numbers 0 to 100, turns in
// degrees. Receivers take equal packets for a face that was lost, so every other frame turns the
// head by too little to be seen.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/live/protocol.h"

namespace flowtalk::live {
namespace {

constexpr double kDegrees = 180 / std::numbers::pi;
constexpr double kUnseen = 0.0001;  // degrees

// eyeBlinkLeft is eyeBlink_L; left and right as directions are spelled out.
std::string name_of(std::string_view name) {
  for (const auto& [side, letter] : {std::pair{"Left", "_L"}, std::pair{"Right", "_R"}}) {
    const std::string_view word(side);
    if (!name.ends_with(word)) continue;
    const auto stem = name.substr(0, name.size() - word.size());
    if (stem != "jaw" && stem != "mouth") return std::string(stem) + letter;
  }
  return std::string(name);
}

// Pitch, yaw and roll that stand from `first` on as yaw, pitch and roll.
std::string turns_of(const arkit::Scored& pose, size_t first, double added_roll = 0) {
  return fmt::format("{:.4f},{:.4f},{:.4f}", kDegrees * pose.turns[first + 1],
                     kDegrees * pose.turns[first], kDegrees * pose.turns[first + 2] + added_roll);
}

std::string packet_of(const arkit::Scored& pose, int64_t frame, char joint) {
  std::string text;
  for (const size_t i : arkit::kCsvOrder) {
    const float value = std::clamp(pose.scores[i], 0.0f, 1.0f);
    text += fmt::format("{}{}{}|", name_of(arkit::kNames[i]), joint, std::lround(100 * value));
  }
  return text + fmt::format("=head#{},0.0,0.0,0.0|rightEye#{}|leftEye#{}|",
                            turns_of(pose, 0, frame % 2 == 0 ? 0 : kUnseen), turns_of(pose, 6),
                            turns_of(pose, 3));
}

}  // namespace

std::vector<std::string> ifacialmocap_packets(const arkit::Scored& pose, int64_t frame,
                                              const Sending&) {
  return {packet_of(pose, frame, '-')};
}

std::vector<std::string> ifacialmocap_v2_packets(const arkit::Scored& pose, int64_t frame,
                                                 const Sending&) {
  return {packet_of(pose, frame, '&')};
}

}  // namespace flowtalk::live
