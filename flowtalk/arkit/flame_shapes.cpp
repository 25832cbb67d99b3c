#include "flowtalk/arkit/flame_shapes.h"

#include <fmt/ranges.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/arkit/bounded_squares.h"
#include "flowtalk/arkit/names.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/builtin/vec.h"
#include "flowtalk/face/builtin_on_flame.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/flame_rings.h"

namespace flowtalk::arkit {
namespace {

using Eigen::MatrixXd, Eigen::VectorXd;
using face::kExpressionAxes;

// What holds values back, each as a share of what an axis weighs by itself: their squares, their
// sums, a left that is not its right, a frame that is not its neighbours.
constexpr double kSmall = 0.0005, kFew = 0.001, kEven = 0.003, kSteady = 0.02;
constexpr double kMoved_m = 2e-4;  // by some axis: what counts as the face
constexpr double kRank = 1e-9;     // of the largest: what expressions of a face still tell apart
constexpr double kShut_m = 1e-3;   // above the lips' gap at rest; half of it is quite shut
constexpr int kPasses = 1000;
constexpr double kStill = 1e-5;

bool is_solved(size_t axis) {
  const auto name = kExpressionAxes[axis];
  return name != "tongueOut" && name != "jawLeft" && !name.starts_with("eyeLook");
}

// The places among `axes` of two that a list names by shapes; only pairs that are both there.
std::vector<std::array<size_t, 2>> places_of(const std::vector<FlameAxis>& axes,
                                             const auto& pairs) {
  const auto place = [&](size_t shape) {
    const auto named = [&](const FlameAxis& a) { return kExpressionAxes[a.axis] == kNames[shape]; };
    return static_cast<size_t>(std::ranges::find_if(axes, named) - axes.begin());
  };
  std::vector<std::array<size_t, 2>> found;
  for (const auto& [a, b] : pairs) {
    if (place(a) < axes.size() && place(b) < axes.size()) found.push_back({place(a), place(b)});
  }
  return found;
}

std::vector<std::pair<size_t, size_t>> mirrored_shapes() {
  std::vector<std::pair<size_t, size_t>> pairs;
  for (size_t i = 0; i < kShapes; ++i) {
    const bool direction = kNames[i] == "mouthLeft";  // to a side, not on one
    if (kPartner[i] > i && !direction) pairs.emplace_back(i, kPartner[i]);
  }
  return pairs;
}

// The area around each vertex, where axes move it and it can be seen; elsewhere 0. Square metres.
VectorXd weights_of(const face::Face& face, const face::FlameRings& rings) {
  VectorXd area = VectorXd::Zero(face.vertex_count());
  const auto at = [&](uint32_t v) {
    const float* p = face.rest.data() + 3 * size_t{v};
    return face::builtin::Vec{p[0], p[1], p[2]};
  };
  for (const auto& f : face.triangles) {
    const double third = double{length(cross(at(f[1]) - at(f[0]), at(f[2]) - at(f[0])))} / 6;
    for (const uint32_t v : f) area[v] += third;
  }
  for (uint32_t v = 0; v < face::FlameRings::kVertices; ++v) {
    bool seen = v < face::FlameRings::kSkinEnd && rings.mouth[v] >= face::FlameRings::kRim - 1;
    for (const auto& pocket : rings.pocket) {
      seen = seen && pocket[v] >= face::FlameRings::kMargin;
    }
    double most = 0;
    for (int64_t k = 0; seen && k < face.expression_basis.dim(0); ++k) {
      const float* d = face.expression_basis.data() + k * face.rest.size() + 3 * int64_t{v};
      most = std::max(most, double{std::hypot(d[0], d[1], d[2])});
    }
    if (!seen || most < kMoved_m) area[v] = 0;
  }
  return area;
}

// Rows of a basis at the vertices that count, times the roots of their weights: (rows, 3 N).
MatrixXd weighed(const tensor::Tensor& basis, int64_t rows, const VectorXd& weights) {
  std::vector<int64_t> kept;
  for (int64_t v = 0; v < weights.size(); ++v) {
    if (weights[v] > 0) kept.push_back(v);
  }
  MatrixXd out(rows, 3 * std::ssize(kept));
  for (int64_t k = 0; k < rows; ++k) {
    for (int64_t i = 0; i < 3 * std::ssize(kept); ++i) {
      const int64_t v = kept[static_cast<size_t>(i / 3)];
      out(k, i) = std::sqrt(weights[v]) * double{basis[k * basis.dim(1) + 3 * v + i % 3]};
    }
  }
  return out;
}

// Of a symmetric matrix, of what is not next to nothing.
MatrixXd inverse_of(const MatrixXd& m) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(m);
  VectorXd inverse = solver.eigenvalues();
  const double least = kRank * inverse.maxCoeff();
  for (double& value : inverse) value = value > least ? 1 / value : 0;
  return solver.eigenvectors() * inverse.asDiagonal() * solver.eigenvectors().transpose();
}

// The lips' gap of a head that does not turn, less that at rest; metres.
class Gaps {
 public:
  explicit Gaps(const face::Face& face)
      : face_(face), deformer_(face), vertices_(static_cast<size_t>(face.rest.size())) {
    rest_ = of({});
  }
  double operator()(const motion::Motion& motion, int64_t t) {
    const face::FaceFrame whole = face::frame_of(motion, t);
    face::FaceFrame frame;
    frame.expression = whole.expression;
    frame.jaw = whole.jaw;
    return of(frame) - rest_;
  }

 private:
  double of(const face::FaceFrame& frame) {
    deformer_.vertices(frame, vertices_);
    return double{face::lip_gap(face_, vertices_)};
  }
  const face::Face& face_;
  face::Deformer deformer_;
  std::vector<float> vertices_;
  double rest_ = 0;
};

// What mouthClose is up to where the jaw of a frame stands.
double most_close(const motion::Motion& motion, int64_t t) {
  const float jaw = face::frame_of(motion, t).jaw[0];
  return std::max(0.0, double{jaw / face::kJawOpen / face::kClosedJaw});
}

// mouthClose, up to `most`, so that the gap of a frame of the built-in head is this one; the nearer
// the gap comes to kShut_m, the less of it.
void close_lips(motion::Motion& made, int64_t t, double gap, double most, Gaps& gaps) {
  constexpr double kStep = 0.02, kNear_m = 2e-5;
  constexpr int kTries = 4;
  float& close =
      made.expression
          .table[t * motion::kLiveExpression + static_cast<int64_t>(face::axis("mouthClose"))];
  const double before = double{close};
  for (int i = 0; i < kTries; ++i) {
    const double value = double{close}, away = gaps(made, t) - gap;
    close = static_cast<float>(value + kStep);
    const double slope = (gaps(made, t) - gap - away) / kStep;
    const double wanted = slope < 0 ? value - away / slope : value;
    close = static_cast<float>(std::clamp(wanted, 0.0, std::max(before, most)));
    if (std::abs(away) < kNear_m) break;
  }
  const double share = std::clamp(2 - 2 * gap / kShut_m, 0.0, 1.0);
  close = static_cast<float>(before + share * (double{close} - before));
}

}  // namespace

struct FlameShapes::State {
  const face::Face& face;
  std::vector<FlameAxis> axes;
  MatrixXd own;      // (n, n) products of the axes
  MatrixXd reached;  // (n, n) of what expressions reach of them
  MatrixXd shared;   // (n, e) of the axes with the expressions
  MatrixXd theirs;   // (e, e) of the expressions
  double area = 0;   // square metres
  MatrixXd q;        // (n, n) what is minimised, without neighbours
  VectorXd each;     // (n) the scale of what holds values back
  std::vector<std::array<size_t, 2>> opposites;
  size_t close = 0;  // mouthClose

  // Wanted of one frame, (n), and of the whole motion.
  VectorXd wanted(std::span<const float> expression) const;
  void settle(MatrixXd& values, const MatrixXd& wanted, const MatrixXd& upper) const;
  double distance_mm(const VectorXd& values, const VectorXd& expression) const;
  MatrixXd solve(const motion::Motion& motion) const;
  void measure(const MatrixXd& values, const motion::Motion& motion, FlameFit& fit) const;
};

namespace {

VectorXd coefficients(std::span<const float> expression, Eigen::Index count) {
  VectorXd e = VectorXd::Zero(count);
  for (Eigen::Index k = 0; k < std::min<Eigen::Index>(count, std::ssize(expression)); ++k) {
    e[k] = double{expression[static_cast<size_t>(k)]};
  }
  return e;
}

}  // namespace

VectorXd FlameShapes::State::wanted(std::span<const float> expression) const {
  return shared * coefficients(expression, shared.cols()) - kFew * each;
}

// All frames at once: each axis of each frame in turn, given the others and the neighbours.
// values, wanted, upper: (n, T)
void FlameShapes::State::settle(MatrixXd& values, const MatrixXd& wanted,
                                const MatrixXd& upper) const {
  const Eigen::Index frames = values.cols(), n = values.rows();
  const auto copied = [](const auto& from, std::vector<double>& to) {
    std::copy_n(from.data(), to.size(), to.begin());
  };
  const auto count = static_cast<size_t>(n);
  BoundedSquares problem{std::vector<double>(count * count), std::vector<double>(count),
                         std::vector<double>(count)};
  const MatrixXd steadied = q + MatrixXd((2 * kSteady * each).asDiagonal());
  copied(steadied, problem.q);
  for (int pass = 0; pass < kPasses; ++pass) {
    double moved = 0;
    for (Eigen::Index t = 0; t < frames; ++t) {
      const VectorXd around = values.col(std::max<Eigen::Index>(0, t - 1)) +
                              values.col(std::min<Eigen::Index>(frames - 1, t + 1));
      const VectorXd b = wanted.col(t) + kSteady * each.cwiseProduct(around);
      copied(b, problem.b);
      copied(VectorXd(upper.col(t)), problem.upper);
      moved = std::max(moved, sweep(problem, {values.col(t).data(), count}));
    }
    if (moved <= kStill) break;
  }
}

double FlameShapes::State::distance_mm(const VectorXd& values, const VectorXd& expression) const {
  const double square = values.dot(own * values) - 2 * values.dot(shared * expression) +
                        expression.dot(theirs * expression);
  return 1e3 * std::sqrt(std::max(0.0, square) / area);
}

FlameShapes::FlameShapes(const face::Face& flame, int64_t expressions) {
  const face::Face moved = face::with_builtin_axes(flame);
  const int64_t known =
      flame.expression_basis.empty() ? 0 : std::min(expressions, flame.expression_basis.dim(0));
  if (known == 0) fail("the face {} has no expressions that ARKit's shapes could tell", flame.name);
  const VectorXd weights = weights_of(moved, *face::flame_rings(flame));
  const MatrixXd all = weighed(moved.expression_basis, moved.expression_basis.dim(0), weights);
  const MatrixXd e = weighed(flame.expression_basis, known, weights);
  State state{flame, {}, {}, {}, {}, {}, weights.sum(), {}, {}, {}, 0};
  std::vector<Eigen::Index> rows;
  for (size_t axis = 0; axis < kExpressionAxes.size(); ++axis) {
    if (!is_solved(axis)) continue;
    if (kExpressionAxes[axis] == "mouthClose") state.close = state.axes.size();
    state.axes.push_back({.axis = axis});
    rows.push_back(static_cast<Eigen::Index>(axis));
  }
  const MatrixXd b = all(rows, Eigen::all);
  state.own = b * b.transpose();
  state.shared = b * e.transpose();
  state.theirs = e * e.transpose();
  state.reached = state.shared * inverse_of(state.theirs) * state.shared.transpose();
  for (size_t i = 0; i < state.axes.size(); ++i) {
    const auto k = static_cast<Eigen::Index>(i);
    FlameAxis& axis = state.axes[i];
    const double whole = state.own(k, k), part = std::clamp(state.reached(k, k), 0.0, whole);
    axis.coverage = whole > 0 ? static_cast<float>(std::sqrt(part / whole)) : 0.0f;
    axis.size_mm = static_cast<float>(1e3 * std::sqrt(whole / state.area));
    axis.missed_mm = static_cast<float>(1e3 * std::sqrt((whole - part) / state.area));
    axis.used = axis.coverage >= kLeastCoverage;
  }
  state.each = state.reached.diagonal();
  for (Eigen::Index k = 0; k < state.each.size(); ++k) {
    if (!state.axes[static_cast<size_t>(k)].used) state.each[k] = state.own(k, k);
  }
  state.q = state.reached + MatrixXd((kSmall * state.each).asDiagonal());
  for (const auto& [i, j] : places_of(state.axes, mirrored_shapes())) {
    const auto a = static_cast<Eigen::Index>(i), z = static_cast<Eigen::Index>(j);
    const double hold = 0.5 * kEven * (state.each[a] + state.each[z]);
    state.q(a, a) += hold, state.q(z, z) += hold;
    state.q(a, z) -= hold, state.q(z, a) -= hold;
  }
  state.opposites = places_of(state.axes, kOpposites);
  state_ = std::make_unique<const State>(std::move(state));
}

FlameShapes::~FlameShapes() = default;

const std::vector<FlameAxis>& FlameShapes::axes() const { return state_->axes; }

bool FlameShapes::all_used() const {
  return std::ranges::all_of(axes(), [](const FlameAxis& axis) { return axis.used; });
}

std::string FlameShapes::reach() const {
  std::vector<std::string> beyond;
  for (const FlameAxis& axis : axes()) {
    if (axis.used) continue;
    const bool close = axis.axis == face::axis("mouthClose");
    beyond.push_back(fmt::format("{} ({:.2f}{})", kExpressionAxes[axis.axis], axis.coverage,
                                 close ? ", but where lips are shut" : ""));
  }
  const size_t all = axes().size();
  std::string text = fmt::format("{} of {} axes are within reach of the face's expressions",
                                 all - beyond.size(), all);
  if (beyond.empty()) return text;
  return text + fmt::format("; these are not, and rest: {}", fmt::join(beyond, ", "));
}

std::string FlameFit::text() const {
  std::string told = fmt::format(
      "expressions move the face by {:.2f} mm; what is made of them is {:.2f} mm away, {:.2f} mm "
      "in "
      "95 of 100 frames",
      moved_mm, mean_mm, high_mm);
  if (full_share > 0.005)
    told += fmt::format("; {:.0f} % of the values are full", 100 * full_share);
  if (closures == 0) return told;
  return told + fmt::format(
                    "; where lips are shut ({} frames), the built-in head's are {:.2f} mm "
                    "from it, {:.2f} mm at most",
                    closures, gap_mm, worst_gap_mm);
}

// Values of all frames, (n, T), within bounds that follow from the jaw and from opposites.
MatrixXd FlameShapes::State::solve(const motion::Motion& motion) const {
  const auto n = static_cast<Eigen::Index>(axes.size());
  const Eigen::Index frames = motion.frames();
  MatrixXd values = MatrixXd::Zero(n, frames), wish(n, frames), upper(n, frames);
  for (Eigen::Index t = 0; t < frames; ++t) {
    wish.col(t) = wanted(motion.expression.at(t));
    for (Eigen::Index k = 0; k < n; ++k) upper(k, t) = axes[static_cast<size_t>(k)].used ? 1 : 0;
    upper(static_cast<Eigen::Index>(close), t) *= most_close(motion, t);
  }
  settle(values, wish, upper);
  for (Eigen::Index t = 0; t < frames; ++t) {
    for (const auto& [i, j] : opposites) {
      const auto a = static_cast<Eigen::Index>(i), z = static_cast<Eigen::Index>(j);
      if (values(a, t) > 0 && values(z, t) > 0) upper(values(a, t) < values(z, t) ? a : z, t) = 0;
    }
  }
  settle(values, wish, upper);
  return values;
}

// How far the made face is from the motion's.
void FlameShapes::State::measure(const MatrixXd& values, const motion::Motion& motion,
                                 FlameFit& fit) const {
  std::vector<double> away;
  const auto frames = static_cast<double>(values.cols());
  for (Eigen::Index t = 0; t < values.cols(); ++t) {
    const VectorXd e = coefficients(motion.expression.at(t), shared.cols());
    away.push_back(distance_mm(values.col(t), e));
    fit.mean_mm += away.back() / frames;
    fit.moved_mm += distance_mm(VectorXd::Zero(values.rows()), e) / frames;
  }
  std::ranges::sort(away);
  if (!away.empty()) fit.high_mm = away[(away.size() - 1) * 95 / 100];
  const auto moving = (values.array() > 0.01).count(), full = (values.array() > 0.999).count();
  if (moving > 0) fit.full_share = static_cast<double>(full) / static_cast<double>(moving);
}

motion::Motion FlameShapes::on_builtin(const motion::Motion& motion, FlameFit& fit) const {
  if (motion.axes != motion::Axes::kFlame) {
    fail("the motion has {}'s expressions, expected those of {}", motion::owner_of(motion.axes),
         motion::owner_of(motion::Axes::kFlame));
  }
  const MatrixXd values = state_->solve(motion);
  fit = {};
  state_->measure(values, motion, fit);
  motion::Motion made;
  made.axes = motion::Axes::kBuiltin;
  made.rate_hz = motion.rate_hz;
  made.jaw = motion.jaw, made.neck = motion.neck, made.eyes = motion.eyes, made.root = motion.root;
  tensor::Tensor rows = tensor::Tensor::zeros({motion.frames(), motion::kLiveExpression});
  for (Eigen::Index t = 0; t < values.cols(); ++t) {
    for (Eigen::Index k = 0; k < values.rows(); ++k) {
      const auto axis = static_cast<int64_t>(axes()[static_cast<size_t>(k)].axis);
      rows[t * motion::kLiveExpression + axis] = static_cast<float>(values(k, t));
    }
  }
  made.expression = {rows, 0, motion::kLiveExpression};
  Gaps theirs(state_->face), ours(face::builtin_face());
  for (int64_t t = 0; t < motion.frames(); ++t) {
    const double gap = theirs(motion, t);
    if (gap > kShut_m) continue;
    close_lips(made, t, gap, most_close(motion, t), ours);
    const double apart = 1e3 * std::abs(ours(made, t) - gap);
    ++fit.closures;
    fit.gap_mm += apart;
    fit.worst_gap_mm = std::max(fit.worst_gap_mm, apart);
  }
  if (fit.closures > 0) fit.gap_mm /= static_cast<double>(fit.closures);
  return made;
}

}  // namespace flowtalk::arkit
