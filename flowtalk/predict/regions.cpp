#include "flowtalk/predict/regions.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::predict {
namespace {

using Matrix = Eigen::MatrixXd;
constexpr auto kAxes = static_cast<size_t>(motion::kLiveExpression);
constexpr double kLipImportance = 100, kDamping = 0.01;

// Without it, axes that look alike away from the lips would answer with large opposite changes.
// Each axis as a whole is drawn to the region that it moves most.
void damp(std::array<Matrix, kMotionRegions>& moments, Matrix& all) {
  const double least = 1e-9 * all.trace();
  for (Eigen::Index a = 0; a < all.rows(); ++a) {
    size_t most = static_cast<size_t>(MotionRegion::kRest);
    for (size_t r = 0; r < kMotionRegions; ++r) {
      if (moments[r](a, a) > moments[most](a, a)) most = r;
    }
    const double pull = kDamping * all(a, a) + least;
    moments[most](a, a) += pull;
    all(a, a) += pull;
  }
}

// Mean y of vertices; 0 of none.
double height_of(const face::Face& face, const std::vector<uint32_t>& vertices) {
  double sum = 0;
  for (const uint32_t v : vertices) sum += face.rest[3 * int64_t{v} + 1];
  return sum / std::max<double>(1, static_cast<double>(vertices.size()));
}

}  // namespace

std::vector<MotionRegion> region_of_vertices(const face::Face& face) {
  using face::Material;
  const auto count = static_cast<size_t>(face.vertex_count());
  std::vector<MotionRegion> regions(count, MotionRegion::kRest);
  const double eye_level = height_of(face, face.regions.eyes);
  const double lip_level = height_of(face, face.regions.lips);
  for (const uint32_t v : face.regions.upper_face) {
    if (face.rest[3 * v + 1] > eye_level) regions[v] = MotionRegion::kBrows;
  }
  for (const uint32_t v : face.regions.eyes) regions[v] = MotionRegion::kEyes;
  for (size_t v = 0; v < count && v < face.appearance.material.size(); ++v) {
    const Material m = face.appearance.material[v];
    const bool mouth = m == Material::kLips || m == Material::kTeeth || m == Material::kTongue ||
                       m == Material::kMouthInside;
    const double y = face.rest[3 * static_cast<int64_t>(v) + 1];
    const bool below = std::abs(y - lip_level) < std::abs(y - eye_level);
    // The wet rims of the lids are of the lips' material.
    if (mouth) regions[v] = below ? MotionRegion::kLips : MotionRegion::kEyes;
    if (m == Material::kEyeball) regions[v] = MotionRegion::kEyes;
  }
  for (const uint32_t v : face.regions.lips) regions[v] = MotionRegion::kLips;
  return regions;
}

RegionShares::RegionShares(const face::Face& face) : axes_(face.axes) {
  const tensor::Tensor& basis = face.expression_basis;
  const size_t axes =
      basis.empty() ? 0 : std::min<size_t>(kAxes, static_cast<size_t>(basis.dim(0)));
  if (axes == 0 || face.regions.lips.empty() || face.regions.eyes.empty()) {
    fail("temperature per region: the face {} has no {}; use another, or one temperature",
         face.name, axes == 0 ? "expression basis" : "lists of its lips and eyes");
  }
  const auto regions = region_of_vertices(face);
  const auto n = static_cast<Eigen::Index>(kAxes);
  std::array<Matrix, kMotionRegions> moments;  // B' S W_r B
  moments.fill(Matrix::Zero(n, n));
  const int64_t width = basis.dim(1);
  for (size_t r = 0; r < kMotionRegions; ++r) {
    std::vector<int64_t> columns;
    for (size_t v = 0; v < regions.size(); ++v) {
      if (static_cast<size_t>(regions[v]) != r) continue;
      for (int64_t k = 0; k < 3; ++k) columns.push_back(3 * static_cast<int64_t>(v) + k);
    }
    Matrix part = Matrix::Zero(static_cast<Eigen::Index>(columns.size()), n);
    for (size_t a = 0; a < axes; ++a) {
      for (size_t i = 0; i < columns.size(); ++i) {
        part(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(a)) =
            basis[static_cast<int64_t>(a) * width + columns[i]];
      }
    }
    const double importance = r == static_cast<size_t>(MotionRegion::kLips) ? kLipImportance : 1;
    moments[r] = importance * (part.transpose() * part);
  }
  Matrix all = moments[0] + moments[1] + moments[2] + moments[3];
  damp(moments, all);
  const Eigen::LDLT<Matrix> solver(all);
  for (size_t r = 0; r < kMotionRegions; ++r) {
    const Matrix share = solver.solve(moments[r]);
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index a = 0; a < n; ++a) table_.push_back(static_cast<float>(share(i, a)));
    }
  }
}

RegionShares::RegionShares(motion::Axes axes, std::span<const float> table)
    : axes_(axes), table_(table.begin(), table.end()) {
  FT_CHECK(table.size() == kShareTableSize, "{} values", table.size());
}

tensor::Tensor RegionShares::join(const std::array<tensor::Tensor, kMotionRegions>& motions) const {
  const tensor::Tensor& lips = motions[static_cast<size_t>(MotionRegion::kLips)];
  tensor::Tensor result = lips.clone();
  for (size_t r = 0; r < kMotionRegions; ++r) {
    const tensor::Tensor& motion = motions[r];
    if (motion.data() == lips.data()) continue;
    FT_CHECK(motion.shape() == lips.shape() && motion.dim(1) == motion::kLive, "motion {}, lips {}",
             tensor::to_string(motion.shape()), tensor::to_string(lips.shape()));
    for (int64_t t = 0; t < motion.dim(0); ++t) {
      const float* to = motion.data() + t * motion::kLive;
      const float* from = lips.data() + t * motion::kLive;
      float* out = result.data() + t * motion::kLive;
      std::array<double, kAxes> change{};
      for (size_t a = 0; a < kAxes; ++a) change[a] = static_cast<double>(to[a]) - from[a];
      for (size_t i = 0; i < kAxes; ++i) {
        double sum = 0;
        for (size_t a = 0; a < kAxes; ++a) {
          sum += static_cast<double>(table_[(r * kAxes + i) * kAxes + a]) * change[a];
        }
        out[i] += static_cast<float>(sum);
      }
    }
  }
  return result;
}

}  // namespace flowtalk::predict
