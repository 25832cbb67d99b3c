#include "flowtalk/motion/rotations.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;
using Vector = std::array<double, 3>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
Vector scaled(const Vector& a, double by) { return {a[0] * by, a[1] * by, a[2] * by}; }

bool is_rotation(std::span<const float> m) {
  constexpr double kNear = 1e-2;
  const Vector a{m[0], m[1], m[2]}, b{m[3], m[4], m[5]}, c{m[6], m[7], m[8]};
  const Vector across = cross(a, b);
  for (const Vector& row : {a, b, c}) {
    if (!(std::abs(dot(row, row) - 1) < kNear)) return false;
  }
  return std::abs(dot(a, b)) < kNear && std::abs(dot(across, c) - 1) < kNear;
}

// Two axes of a rotation, as networks and optimisers leave them: not quite of length 1, nor quite
// across each other.
struct TwoAxes {
  Vector a, b;

  bool fit() const {
    constexpr double kShortest = 0.5, kLongest = 2, kMostAlong = 0.3;
    const double la = std::sqrt(dot(a, a)), lb = std::sqrt(dot(b, b));
    if (!(la > kShortest && la < kLongest && lb > kShortest && lb < kLongest)) return false;
    return std::abs(dot(a, b)) < kMostAlong * la * lb;
  }
  // Turned by less than a quarter from x and y.
  bool near_rest() const { return a[0] > 0 && b[1] > 0; }
};
TwoAxes as_rows(std::span<const float> six) {
  return {{six[0], six[1], six[2]}, {six[3], six[4], six[5]}};
}
TwoAxes as_columns(std::span<const float> six) {
  return {{six[0], six[2], six[4]}, {six[1], six[3], six[5]}};
}

// Gram and Schmidt, then the third axis across both.
std::array<double, 9> matrix_of(const TwoAxes& axes, bool rows) {
  const Vector a = scaled(axes.a, 1 / std::sqrt(dot(axes.a, axes.a)));
  Vector b = axes.b;
  const double along = dot(a, b);
  for (size_t i = 0; i < 3; ++i) b[i] -= along * a[i];
  b = scaled(b, 1 / std::sqrt(dot(b, b)));
  const Vector c = cross(a, b);
  if (rows) return {a[0], a[1], a[2], b[0], b[1], b[2], c[0], c[1], c[2]};
  return {a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]};
}

}  // namespace

std::array<float, 3> axis_angle(const std::array<double, 9>& m) {
  // By the quaternion, from the largest of its squares (Shepperd 1978): exact near half turns, too.
  const std::array<double, 4> squares = {1 + m[0] + m[4] + m[8], 1 + m[0] - m[4] - m[8],
                                         1 - m[0] + m[4] - m[8], 1 - m[0] - m[4] + m[8]};
  const auto most = static_cast<size_t>(
      std::distance(squares.begin(), std::max_element(squares.begin(), squares.end())));
  const double s = std::sqrt(std::max(squares[most], 1e-12)), d = 1 / s;
  std::array<double, 4> q{};  // w, x, y, z, each twice as large
  if (most == 0) {
    q = {s, (m[7] - m[5]) * d, (m[2] - m[6]) * d, (m[3] - m[1]) * d};
  } else if (most == 1) {
    q = {(m[7] - m[5]) * d, s, (m[1] + m[3]) * d, (m[2] + m[6]) * d};
  } else if (most == 2) {
    q = {(m[2] - m[6]) * d, (m[1] + m[3]) * d, s, (m[5] + m[7]) * d};
  } else {
    q = {(m[3] - m[1]) * d, (m[2] + m[6]) * d, (m[5] + m[7]) * d, s};
  }
  const double length = std::sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  const double sign = q[0] < 0 ? -1 : 1;
  const double angle = 2 * std::atan2(length, std::abs(q[0]));
  const double by = length > 1e-9 ? sign * angle / length : sign;
  return {static_cast<float>(q[1] * by), static_cast<float>(q[2] * by),
          static_cast<float>(q[3] * by)};
}

std::optional<Tensor> from_matrices(const Tensor& rows) {
  FT_CHECK(rows.rank() == 2 && rows.dim(1) % 9 == 0, "{}", tensor::to_string(rows.shape()));
  Tensor turned({rows.dim(0), rows.dim(1) / 3});
  for (int64_t i = 0; i < rows.size() / 9; ++i) {
    const auto m = rows.values().subspan(static_cast<size_t>(9 * i), 9);
    if (!is_rotation(m)) return std::nullopt;
    std::array<double, 9> matrix{};
    std::copy(m.begin(), m.end(), matrix.begin());
    std::ranges::copy(axis_angle(matrix), turned.data() + 3 * i);
  }
  return turned;
}

std::optional<Tensor> from_six(const Tensor& rows) {
  FT_CHECK(rows.rank() == 2 && rows.dim(1) % 6 == 0, "{}", tensor::to_string(rows.shape()));
  const int64_t count = rows.size() / 6;
  const auto six = [&](int64_t i) { return rows.values().subspan(static_cast<size_t>(6 * i), 6); };
  bool all_rows = true, all_columns = true;
  for (int64_t i = 0; i < count; ++i) {
    const TwoAxes r = as_rows(six(i)), c = as_columns(six(i));
    all_rows = all_rows && r.fit() && r.near_rest();
    all_columns = all_columns && c.fit() && c.near_rest();
  }
  if (all_rows == all_columns) return std::nullopt;
  Tensor turned({rows.dim(0), rows.dim(1) / 2});
  for (int64_t i = 0; i < count; ++i) {
    const TwoAxes axes = all_rows ? as_rows(six(i)) : as_columns(six(i));
    std::ranges::copy(axis_angle(matrix_of(axes, all_rows)), turned.data() + 3 * i);
  }
  return turned;
}

}  // namespace flowtalk::motion
