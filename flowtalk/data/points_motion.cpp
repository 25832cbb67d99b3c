#include "flowtalk/data/points_motion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/data/still_head.h"
#include "flowtalk/face/builtin/measured.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace {

using face::axis;

// What is measured, mm, and how much a millimetre of it weighs.
enum Measure : size_t { kGap, kChin, kWidth, kCorners, kUpperLip, kLowerLip, kPushed, kMeasures };
using Measures = std::array<double, kMeasures>;
constexpr Measures kWeights{1, 0.35, 0.5, 0.5, 0.5, 0.5, 0.35};
constexpr double kKnownJaw = 1;  // in the chin's place where a tracker says how far the jaw is open
// A person's chin goes down with the jaw: the distance of hinge and chin along the floor.
constexpr double kChinPerJaw_mm = 75;

// What is fitted: one column, or a left-right pair, of the motion; how far it goes; what holds it
// to rest, in weighted millimetres per unit.
struct Shape {
  size_t column;
  bool pair;
  double most, hold;
};
constexpr std::array<Shape, 14> kShapes{{{motion::kJawAt, false, 0.32, 0.4},
                                         {axis("mouthClose"), false, 1, 1.8},
                                         {axis("mouthFunnel"), false, 1, 1.2},
                                         {axis("mouthPucker"), false, 1, 0.9},
                                         {axis("mouthSmileLeft"), true, 1, 1.2},
                                         {axis("mouthStretchLeft"), true, 1, 1.2},
                                         {axis("mouthFrownLeft"), true, 1, 1.5},
                                         {axis("mouthUpperUpLeft"), true, 1, 0.9},
                                         {axis("mouthLowerDownLeft"), true, 1, 0.9},
                                         {axis("mouthRollLower"), false, 1, 1.5},
                                         {axis("mouthRollUpper"), false, 1, 1.5},
                                         {axis("mouthShrugLower"), false, 1, 1.8},
                                         {axis("mouthShrugUpper"), false, 1, 1.8},
                                         {axis("mouthPressLeft"), true, 1, 1.5}}};
using Shares = std::array<double, kShapes.size()>;

// What 1 of each shape adds to each measure of the built-in head; the jaw at 0.1 radians.
using Effects = std::array<Measures, kShapes.size()>;

// The vertex of the built-in head at a landmark, on the face's left or right.
int64_t vertex_at(std::string_view name, double side) {
  using namespace face::builtin::measured;
  const auto* mark = std::ranges::find(kLandmarks, name, &Landmark::name);
  FT_CHECK(mark != kLandmarks.end(), "no landmark {}", name);
  const auto place = mark->place + kOrigin;
  const tensor::Tensor& rest = face::builtin_face().rest;
  int64_t nearest = 0;
  double least = 1e9;
  for (int64_t v = 0; v < rest.dim(0); ++v) {
    const float* p = rest.data() + 3 * v;
    const double away = std::hypot(1000.0 * double{p[0]} - side * double{place.x},
                                   1000.0 * double{p[1]} - double{place.y},
                                   1000.0 * double{p[2]} - double{place.z});
    if (away < least) least = away, nearest = v;
  }
  return nearest;
}

Measures measures_of_head(const motion::Motion& motion) {
  static const face::Deformer deformer(face::builtin_face());
  static const std::array<int64_t, 4> marks{
      vertex_at("mouth corner", 1), vertex_at("mouth corner", -1), vertex_at("upper lip, top", 1),
      vertex_at("lower lip, bottom", 1)};
  std::vector<float> vertices(static_cast<size_t>(3 * face::builtin_face().vertex_count()));
  deformer.vertices(face::frame_of(motion, 0), vertices);
  const auto at = [&](size_t mark, size_t k) {
    return 1000 * static_cast<double>(vertices[3 * static_cast<size_t>(marks[mark]) + k]);
  };
  Measures m{};
  m[kGap] = 1000 * static_cast<double>(face::lip_gap(face::builtin_face(), vertices));
  m[kWidth] = std::hypot(at(0, 0) - at(1, 0), at(0, 1) - at(1, 1), at(0, 2) - at(1, 2));
  m[kCorners] = 0.5 * (at(0, 1) + at(1, 1));
  m[kUpperLip] = at(2, 1), m[kLowerLip] = at(3, 1);
  m[kPushed] = 0.5 * (at(2, 2) + at(3, 2));
  return m;
}

void set(std::span<float> row, const Shape& shape, double value) {
  row[shape.column] = static_cast<float>(value);
  if (shape.pair) row[shape.column + 1] = static_cast<float>(value);
}

Effects effects_of_shapes() {
  const auto measured = [](const Shape* shape, double value) {
    tensor::Tensor row = tensor::Tensor::zeros({1, motion::kLive});
    if (shape != nullptr) set(row.values(), *shape, value);
    return measures_of_head(motion::of_live(row, motion::Axes::kBuiltin));
  };
  const Measures rest = measured(nullptr, 0);
  Effects effects{};
  for (size_t s = 0; s < kShapes.size(); ++s) {
    const bool jaw = kShapes[s].column == motion::kJawAt;
    const double by = jaw ? 0.1 : 1;
    const Measures moved = measured(&kShapes[s], by);
    for (size_t m = 0; m < kMeasures; ++m) effects[s][m] = (moved[m] - rest[m]) / by;
    effects[s][kChin] = jaw ? -kChinPerJaw_mm : 0;
  }
  return effects;
}

// The same measures of a recorded face, of points of MediaPipe's face mesh.
std::vector<Measures> measures_of_points(const FacePoints& points) {
  constexpr const char* kNeeds = "the mouth";
  const tensor::Tensor still = still_points(points);
  const auto at = [&](int64_t t, int64_t point, int64_t k) {
    const int64_t place = points.place_of(point, kNeeds);
    return static_cast<double>(still.data()[3 * (t * still.dim(1) + place) + k]);
  };
  constexpr std::array<int64_t, 5> kUpper{13, 82, 312, 81, 311}, kLower{14, 87, 317, 178, 402};
  std::vector<Measures> all;
  for (int64_t t = 0; t < points.frames(); ++t) {
    Measures m{};
    for (size_t i = 0; i < kUpper.size(); ++i) {
      m[kGap] += (at(t, kUpper[i], 1) - at(t, kLower[i], 1)) / static_cast<double>(kUpper.size());
    }
    m[kChin] = at(t, 152, 1);
    m[kWidth] = std::hypot(at(t, 61, 0) - at(t, 291, 0), at(t, 61, 1) - at(t, 291, 1),
                           at(t, 61, 2) - at(t, 291, 2));
    m[kCorners] = 0.5 * (at(t, 61, 1) + at(t, 291, 1));
    m[kUpperLip] = at(t, 0, 1), m[kLowerLip] = at(t, 17, 1);
    m[kPushed] = 0.5 * (at(t, 0, 2) + at(t, 17, 2));
    all.push_back(m);
  }
  return all;
}

// Medians over the frames at rest; lips that are shut have no gap.
Measures rest_of(const std::vector<Measures>& frames, const std::vector<bool>& rest) {
  Measures median{};
  for (size_t m = 0; m < kMeasures; ++m) {
    std::vector<double> values;
    for (size_t t = 0; t < frames.size(); ++t) {
      if (rest[t]) values.push_back(frames[t][m]);
    }
    FT_CHECK(!values.empty(), "no frame at rest");
    std::ranges::sort(values);
    median[m] = m == kGap ? 0 : values[values.size() / 2];
  }
  return median;
}

// Least squares within bounds, one shape after another until none moves.
Shares solve(const Measures& wanted, const Measures& weights, const Effects& effects) {
  constexpr int kRounds = 60;
  Shares shares{};
  Measures left = wanted;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t s = 0; s < kShapes.size(); ++s) {
      double push = 0, stiff = kShapes[s].hold * kShapes[s].hold;
      for (size_t m = 0; m < kMeasures; ++m) {
        const double w = weights[m] * weights[m] * effects[s][m];
        push += w * (left[m] + effects[s][m] * shares[s]);
        stiff += w * effects[s][m];
      }
      const double now = std::clamp(push / stiff, 0.0, kShapes[s].most);
      for (size_t m = 0; m < kMeasures; ++m) left[m] -= effects[s][m] * (now - shares[s]);
      shares[s] = now;
    }
  }
  return shares;
}

}  // namespace

PointsMotion motion_of_points(const FacePoints& points, const std::vector<bool>& rest,
                              const std::vector<double>& jaw) {
  FT_CHECK(std::ssize(rest) == points.frames(), "{} frames, {} of rest", points.frames(),
           rest.size());
  FT_CHECK(jaw.empty() || jaw.size() == rest.size(), "{} frames, {} of the jaw", rest.size(),
           jaw.size());
  Measures weights = kWeights;
  if (!jaw.empty()) weights[kChin] = kKnownJaw;
  static const Effects effects = effects_of_shapes();
  const std::vector<Measures> frames = measures_of_points(points);
  const Measures at_rest = rest_of(frames, rest);
  tensor::Tensor live = tensor::Tensor::zeros({points.frames(), motion::kLive});
  PointsMotion made;
  for (size_t t = 0; t < frames.size(); ++t) {
    Measures wanted{};
    for (size_t m = 0; m < kMeasures; ++m) wanted[m] = frames[t][m] - at_rest[m];
    wanted[kGap] = std::max(0.0, wanted[kGap]);
    if (!jaw.empty()) wanted[kChin] = -kChinPerJaw_mm * std::max(0.0, jaw[t]);
    const Shares shares = solve(wanted, weights, effects);
    double gap = 0;
    const auto row = live.values().subspan(t * motion::kLive, motion::kLive);
    for (size_t s = 0; s < kShapes.size(); ++s) {
      set(row, kShapes[s], shares[s]);
      gap += shares[s] * effects[s][kGap];
    }
    made.gap_mm.push_back(wanted[kGap]);
    made.fitted_mm.push_back(gap);
  }
  made.motion = motion::of_live(live, motion::Axes::kBuiltin);
  made.motion.rate_hz = points.rate_hz;
  return made;
}

}  // namespace flowtalk::data
