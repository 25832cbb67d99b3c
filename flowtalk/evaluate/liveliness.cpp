#include "flowtalk/evaluate/liveliness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "flowtalk/evaluate/lively_curves.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/gaze.h"

namespace flowtalk::evaluate {
namespace {

using Curve = std::vector<double>;

constexpr double kDegrees = 180 / std::numbers::pi;
constexpr double kWindow_s = 3;  // of the head's figures: as long as the shortest recordings
constexpr double kOnTarget = 6;  // degrees around the place that is looked at most

// An angle of the head at 25 frames per second, smoothed over five frames.
template <double HeadAngles::*kAngle>
Curve angle(const LivingFace& face) {
  Curve curve;
  for (const HeadAngles& head : face.head) curve.push_back(head.*kAngle);
  return smoothed(at_rate(curve, face.rate_hz, flame::kFps));
}

// The median over windows of what one says.
template <class Of>
std::optional<double> over_windows(const Curve& curve, Of&& of) {
  const auto length = static_cast<size_t>(kWindow_s * flame::kFps);
  Curve values;
  for (size_t begin = 0; begin + length <= curve.size(); begin += length) {
    values.push_back(of(std::span(curve).subspan(begin, length)));
  }
  if (values.empty()) return std::nullopt;
  return quantile(values, 0.5);
}

template <double HeadAngles::*kAngle>
std::optional<double> head_deviation(const LivingFace& face) {
  return over_windows(angle<kAngle>(face), [](auto window) { return deviation(window); });
}

template <double HeadAngles::*kAngle>
std::optional<double> head_range(const LivingFace& face) {
  return over_windows(angle<kAngle>(face), [](auto window) {
    const auto [least, most] = std::ranges::minmax(window);
    return most - least;
  });
}

template <double HeadAngles::*kAngle>
Curve speeds(const LivingFace& face) {
  const Curve curve = angle<kAngle>(face);
  Curve speed;
  for (size_t t = 1; t < curve.size(); ++t) {
    speed.push_back(std::abs(curve[t] - curve[t - 1]) * flame::kFps);
  }
  return speed;
}

template <double HeadAngles::*kAngle>
std::optional<double> head_speed(const LivingFace& face) {
  const Curve speed = speeds<kAngle>(face);
  if (speed.empty()) return std::nullopt;
  double sum = 0;
  for (const double v : speed) sum += v * v;
  return std::sqrt(sum / static_cast<double>(speed.size()));
}

template <double HeadAngles::*kAngle>
std::optional<double> head_fast(const LivingFace& face) {
  const Curve speed = speeds<kAngle>(face);
  if (speed.empty()) return std::nullopt;
  return quantile(speed, 0.99);
}

// Share of the power of pitch, yaw and roll together between two frequencies.
std::optional<double> head_share(const LivingFace& face, double from_hz, double to_hz) {
  double within = 0, all = 0;
  for (const Curve& curve : {angle<&HeadAngles::pitch>(face), angle<&HeadAngles::yaw>(face),
                             angle<&HeadAngles::roll>(face)}) {
    const auto length = static_cast<size_t>(kWindow_s * flame::kFps);
    for (size_t begin = 0; begin + length <= curve.size(); begin += length) {
      for (const auto& [hz, power] : spectrum(std::span(curve).subspan(begin, length))) {
        all += power;
        if (hz >= from_hz && hz < to_hz) within += power;
      }
    }
  }
  if (!(all > 0)) return std::nullopt;
  return within / all;
}

template <double GazeAngles::*kAngle>
std::optional<double> gaze_range(const LivingFace& face) {
  Curve curve;
  for (const GazeAngles& gaze : seen_gaze(face)) curve.push_back(gaze.*kAngle);
  if (curve.empty()) return std::nullopt;
  return quantile(curve, 0.95) - quantile(curve, 0.05);
}

std::optional<double> gaze_on_target(const LivingFace& face) {
  const auto gaze = seen_gaze(face);
  if (gaze.empty()) return std::nullopt;
  size_t most = 0;
  for (size_t a = 0; a < gaze.size(); a += 5) {
    size_t near = 0;
    for (const GazeAngles& b : gaze) {
      near += std::hypot(gaze[a].left - b.left, gaze[a].up - b.up) <= kOnTarget ? 1 : 0;
    }
    most = std::max(most, near);
  }
  return static_cast<double>(most) / static_cast<double>(gaze.size());
}

double duration_s(const LivingFace& face, size_t frames) {
  return static_cast<double>(frames) / face.rate_hz;
}

std::optional<double> saccade_rate(const LivingFace& face) {
  if (face.gaze.empty()) return std::nullopt;
  return static_cast<double>(saccades_of(face).size()) / duration_s(face, face.gaze.size());
}

std::optional<double> saccade_size(const LivingFace& face) {
  Curve sizes;
  for (const Saccade& saccade : saccades_of(face)) sizes.push_back(saccade.degrees);
  if (sizes.empty()) return std::nullopt;
  return quantile(sizes, 0.5);
}

// Peak speed at 25 frames per second over the size, of those beyond 5 degrees: how much of such a
// turn happens within one frame.
std::optional<double> saccade_speed(const LivingFace& face) {
  Curve speeds;
  for (const Saccade& saccade : saccades_of(face)) {
    if (saccade.degrees >= 5) speeds.push_back(saccade.peak_deg_s / saccade.degrees);
  }
  if (speeds.empty()) return std::nullopt;
  return quantile(speeds, 0.5);
}

std::optional<double> fixation(const LivingFace& face) {
  const auto saccades = saccades_of(face);
  Curve between;
  for (size_t i = 1; i < saccades.size(); ++i) {
    between.push_back(saccades[i].at_s - saccades[i - 1].at_s);
  }
  if (between.empty()) return std::nullopt;
  return quantile(between, 0.5);
}

std::optional<double> blink_rate(const LivingFace& face) {
  if (face.lids.empty()) return std::nullopt;
  return 60 * static_cast<double>(blinks_of(face).size()) / duration_s(face, face.lids.size());
}

std::optional<double> blink_width(const LivingFace& face) {
  Curve widths;
  for (const Blink& blink : blinks_of(face)) widths.push_back(1000 * blink.width_s);
  if (widths.empty()) return std::nullopt;
  return quantile(widths, 0.5);
}

using Head = HeadAngles;
constexpr std::array kFigures{
    LivelyFigure{"head_pitch_sd_deg", "head nods, sd in 3 s (deg)", head_deviation<&Head::pitch>},
    LivelyFigure{"head_yaw_sd_deg", "head turns, sd in 3 s (deg)", head_deviation<&Head::yaw>},
    LivelyFigure{"head_roll_sd_deg", "head tilts, sd in 3 s (deg)", head_deviation<&Head::roll>},
    LivelyFigure{"head_pitch_range_deg", "head nods, range in 3 s (deg)", head_range<&Head::pitch>},
    LivelyFigure{"head_yaw_range_deg", "head turns, range in 3 s (deg)", head_range<&Head::yaw>},
    LivelyFigure{"head_roll_range_deg", "head tilts, range in 3 s (deg)", head_range<&Head::roll>},
    LivelyFigure{"head_pitch_rms_deg_s", "head nods, rms speed (deg/s)", head_speed<&Head::pitch>},
    LivelyFigure{"head_yaw_rms_deg_s", "head turns, rms speed (deg/s)", head_speed<&Head::yaw>},
    LivelyFigure{"head_roll_rms_deg_s", "head tilts, rms speed (deg/s)", head_speed<&Head::roll>},
    LivelyFigure{"head_pitch_p99_deg_s", "head nods, p99 speed (deg/s)", head_fast<&Head::pitch>},
    LivelyFigure{"head_yaw_p99_deg_s", "head turns, p99 speed (deg/s)", head_fast<&Head::yaw>},
    LivelyFigure{"head_roll_p99_deg_s", "head tilts, p99 speed (deg/s)", head_fast<&Head::roll>},
    LivelyFigure{"head_below_1_hz", "head, share of power below 1 Hz",
                 [](const LivingFace& face) { return head_share(face, 0, 1); }},
    LivelyFigure{"head_1_to_3_hz", "head, share of power 1 to 3 Hz",
                 [](const LivingFace& face) { return head_share(face, 1, 3); }},
    LivelyFigure{"head_above_3_hz", "head, share of power above 3 Hz",
                 [](const LivingFace& face) { return head_share(face, 3, 1e9); }},
    LivelyFigure{"gaze_aside_range_deg", "gaze aside, 5 to 95 % (deg)",
                 gaze_range<&GazeAngles::left>},
    LivelyFigure{"gaze_up_range_deg", "gaze up, 5 to 95 % (deg)", gaze_range<&GazeAngles::up>},
    LivelyFigure{"gaze_on_target", "gaze, share within 6 deg of one place", gaze_on_target},
    LivelyFigure{"fixation_s", "fixation, median (s)", fixation},
    LivelyFigure{"saccades_per_s", "saccades per s", saccade_rate},
    LivelyFigure{"saccade_deg", "saccade, median (deg)", saccade_size},
    LivelyFigure{"saccade_speed_per_deg", "saccade, peak speed per size (1/s)", saccade_speed},
    LivelyFigure{"blinks_per_minute", "blinks per minute", blink_rate},
    LivelyFigure{"blink_width_ms", "blink, width at half height (ms)", blink_width}};

}  // namespace

LivingFace living_face(const std::string& name, const motion::Motion& motion) {
  LivingFace face{name, motion.rate_hz, {}, {}, {}};
  const bool lids = motion.axes == motion::Axes::kBuiltin &&
                    motion.expression.width >= static_cast<int64_t>(face::kExpressionAxes.size());
  const bool turned = !motion.root.empty() || !motion.neck.empty();
  const auto joint = [](const motion::Track& track, int64_t t) {
    std::array<float, 3> values{};
    if (!track.empty()) std::copy_n(track.at(t).begin(), 3, values.begin());
    return values;
  };
  for (int64_t t = 0; t < motion.frames(); ++t) {
    if (turned) face.head.push_back(angles_of(joint(motion.root, t), joint(motion.neck, t)));
    if (lids || !motion.eyes.empty()) {
      const face::Gaze gaze = face::gaze_of(motion, t);
      face.gaze.push_back({kDegrees * 0.5 * double{gaze.left_eye.left + gaze.right_eye.left},
                           kDegrees * 0.5 * double{gaze.left_eye.up + gaze.right_eye.up}});
    }
    if (lids) {
      const auto row = motion.expression.at(t);
      face.lids.push_back(
          0.5 * double{row[face::axis("eyeBlinkLeft")] + row[face::axis("eyeBlinkRight")]});
    }
  }
  return face;
}

std::span<const LivelyFigure> lively_figures() { return kFigures; }

std::vector<LivelyValue> pooled(std::span<const LivingFace> faces) {
  std::vector<LivelyValue> values;
  for (const LivelyFigure& figure : lively_figures()) {
    Curve told;
    for (const LivingFace& face : faces) {
      if (const auto value = figure.of(face)) told.push_back(*value);
    }
    LivelyValue& value = values.emplace_back();
    value.faces = static_cast<int>(told.size());
    if (told.empty()) continue;
    value.median = quantile(told, 0.5);
    value.least = std::ranges::min(told);
    value.most = std::ranges::max(told);
  }
  return values;
}

}  // namespace flowtalk::evaluate
