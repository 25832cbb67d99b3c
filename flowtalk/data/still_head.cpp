#include "flowtalk/data/still_head.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowtalk::data {
namespace {

using Point = std::array<double, 3>;
using Turn = std::array<Point, 3>;  // rows of a rotation

// Corners of the eyes, bridge and tip of the nose, of MediaPipe's face mesh.
constexpr std::array<int64_t, 6> kStill{33, 133, 263, 362, 168, 1};
constexpr size_t kRightEye = 0, kLeftEye = 2;
constexpr double kBetweenEyes_mm = 90.2;  // outer corners of the built-in head's eyes
using Still = std::array<Point, kStill.size()>;

Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point turned(const Turn& turn, const Point& p) {
  return {dot(turn[0], p), dot(turn[1], p), dot(turn[2], p)};
}

Point centre(const Still& points) {
  Point sum{};
  for (const Point& p : points) {
    for (size_t k = 0; k < 3; ++k) sum[k] += p[k] / static_cast<double>(points.size());
  }
  return sum;
}

double size_of(const Still& points, const Point& middle) {
  double sum = 0;
  for (const Point& p : points) sum += dot(minus(p, middle), minus(p, middle));
  return std::sqrt(sum);
}

// The rotation that brings `from` nearest to `to`, both around their centres: the quaternion is the
// first eigenvector of Horn's matrix, found by its powers.
Turn turn_between(const Still& from, const Point& from_middle, const Still& to,
                  const Point& to_middle) {
  double s[3][3] = {};
  for (size_t i = 0; i < from.size(); ++i) {
    const Point a = minus(from[i], from_middle), b = minus(to[i], to_middle);
    for (size_t j = 0; j < 3; ++j) {
      for (size_t k = 0; k < 3; ++k) s[j][k] += a[j] * b[k];
    }
  }
  const double n[4][4] = {
      {s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]},
      {s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]},
      {s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]},
      {s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]}};
  double scale = 1e-12;
  for (const auto& row : n) {
    double sum = 0;
    for (const double v : row) sum += std::abs(v);
    scale = std::max(scale, sum);
  }
  std::array<double, 4> q{1, 0, 0, 0};
  for (int step = 0; step < 400; ++step) {
    std::array<double, 4> next{};
    double norm = 0;
    for (size_t j = 0; j < 4; ++j) {
      next[j] = q[j];  // n / scale + 1: no eigenvalue is negative
      for (size_t k = 0; k < 4; ++k) next[j] += n[j][k] / scale * q[k];
      norm += next[j] * next[j];
    }
    for (double& v : next) v /= std::sqrt(norm);
    q = next;
  }
  const auto [w, x, y, z] = q;
  return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
           {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
           {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

// Where a clip has its still points, and what makes them upright and as large as the head.
struct Reference {
  Still points{};
  Point middle{};
  double size = 0, scale = 1, cosine = 1, sine = 0;
};

Reference reference_of(const std::vector<Still>& frames) {
  Reference ref;
  for (size_t i = 0; i < kStill.size(); ++i) {
    for (size_t k = 0; k < 3; ++k) {
      std::vector<double> values;
      for (const Still& frame : frames) values.push_back(frame[i][k]);
      ref.points[i][k] = median(values);
    }
  }
  ref.middle = centre(ref.points);
  ref.size = size_of(ref.points, ref.middle);
  const Point across = minus(ref.points[kLeftEye], ref.points[kRightEye]);
  const double apart = std::max(std::hypot(across[0], across[1]), 1e-9);
  ref.scale = kBetweenEyes_mm / apart;
  ref.cosine = across[0] / apart, ref.sine = across[1] / apart;
  return ref;
}

}  // namespace

tensor::Tensor still_points(const FacePoints& points) {
  std::array<int64_t, kStill.size()> places{};
  for (size_t i = 0; i < places.size(); ++i) {
    places[i] = points.place_of(kStill[i], "the head's pose");
  }
  std::vector<Still> frames(static_cast<size_t>(points.frames()));
  for (size_t t = 0; t < frames.size(); ++t) {
    for (size_t i = 0; i < places.size(); ++i) {
      frames[t][i] = points.at(static_cast<int64_t>(t), places[i]);
    }
  }
  const Reference ref = reference_of(frames);
  tensor::Tensor still(points.landmarks.shape());
  const int64_t count = points.landmarks.dim(1);
  for (size_t t = 0; t < frames.size(); ++t) {
    const Point middle = centre(frames[t]);
    const Turn turn = turn_between(frames[t], middle, ref.points, ref.middle);
    const double scale = ref.scale * ref.size / std::max(size_of(frames[t], middle), 1e-9);
    for (int64_t i = 0; i < count; ++i) {
      const auto frame = static_cast<int64_t>(t);
      const Point p = turned(turn, minus(points.at(frame, i), middle));
      float* out = still.data() + 3 * (frame * count + i);
      out[0] = static_cast<float>(scale * (ref.cosine * p[0] + ref.sine * p[1]));
      out[1] = static_cast<float>(-scale * (ref.cosine * p[1] - ref.sine * p[0]));
      out[2] = static_cast<float>(-scale * p[2]);
    }
  }
  return still;
}

}  // namespace flowtalk::data
