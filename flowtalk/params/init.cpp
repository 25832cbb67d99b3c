#include "flowtalk/params/init.h"

#include <Eigen/Core>
#include <Eigen/QR>
#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::params {
namespace {

void fill_rotation(std::vector<float>& values, int64_t n, Rng& rng) {
  Eigen::MatrixXd gaussian(n, n);
  for (int64_t i = 0; i < n * n; ++i) gaussian(i / n, i % n) = rng.normal();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(gaussian);
  const Eigen::MatrixXd q = qr.householderQ();
  for (int64_t i = 0; i < n * n; ++i) {
    const double sign = qr.matrixQR()(i % n, i % n) < 0 ? -1 : 1;  // makes the factors unique
    values[static_cast<size_t>(i)] = static_cast<float>(sign * q(i / n, i % n));
  }
}

}  // namespace

std::vector<float> init_values(const std::string& name, const tensor::Shape& shape,
                               const Init& init, uint64_t seed) {
  std::vector<float> values(static_cast<size_t>(tensor::count(shape)), 0.0f);
  Rng rng = Rng(seed).fork(name);
  const auto amount = static_cast<double>(init.amount);
  switch (init.kind) {
    case Init::Kind::kConstant:
      values.assign(values.size(), init.amount);
      break;
    case Init::Kind::kUniform:
      for (float& v : values) v = static_cast<float>(rng.uniform(-amount, amount));
      break;
    case Init::Kind::kNormal:
      for (float& v : values) v = static_cast<float>(rng.normal(0, amount));
      break;
    case Init::Kind::kIdentity:
      FT_CHECK(shape.size() == 2, "{} of shape {}", name, tensor::to_string(shape));
      for (int64_t i = 0; i < std::min(shape[0], shape[1]); ++i) {
        values[static_cast<size_t>(i * shape[1] + i)] = 1;
      }
      break;
    case Init::Kind::kRotation:
      FT_CHECK(shape.size() == 2 && shape[0] == shape[1], "{} of shape {}", name,
               tensor::to_string(shape));
      fill_rotation(values, shape[0], rng);
      break;
  }
  return values;
}

}  // namespace flowtalk::params
