#include "apps/motion_file.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/formats/npy.h"

namespace flowtalk::apps {

tensor::Tensor widen(const tensor::Tensor& motion, int64_t width, std::span<const float> shape) {
  FT_CHECK(motion.rank() == 2 && motion.dim(1) == flame::kMotion, "motion {}",
           tensor::to_string(motion.shape()));
  const int64_t frames = motion.dim(0);
  const int64_t expression_at = width == flame::kMotion ? 0 : flame::kShape;
  const int64_t jaw_at = width - flame::kJaw;
  tensor::Tensor wide = tensor::Tensor::zeros({1, frames, width});
  for (int64_t t = 0; t < frames; ++t) {
    const float* from = motion.data() + t * flame::kMotion;
    float* to = wide.data() + t * width;
    if (expression_at > 0) std::copy(shape.begin(), shape.end(), to);
    std::copy_n(from, flame::kLiveExpression, to + expression_at);
    std::copy_n(from + flame::kJawAt, flame::kJaw, to + jaw_at);
  }
  return wide;
}

tensor::Tensor widen_beside(const tensor::Tensor& motion, const tensor::Tensor& recorded,
                            int64_t width) {
  tensor::Tensor wide = widen(motion, width);
  const int64_t recorded_width = recorded.dim(1);
  const auto copy = [&](int64_t from, int64_t count) {
    for (int64_t t = 0; t < motion.dim(0); ++t) {
      std::copy_n(recorded.data() + t * recorded_width + from, count,
                  wide.data() + t * width + from);
    }
  };
  const int64_t live_end = flame::kShape + flame::kLiveExpression;
  if (std::min(width, recorded_width) > flame::kMotion) copy(0, flame::kShape);
  if (width == flame::kWide && recorded_width == flame::kWide) {
    copy(live_end, flame::kExpression - flame::kLiveExpression);
  }
  return wide;
}

tensor::Tensor load_motion(const std::filesystem::path& path) {
  const tensor::Tensor read = formats::load_npy(path);
  const int64_t width = read.rank() == 0 ? 0 : read.dim(-1);
  bool fits = read.rank() >= 2 && !read.empty() &&
              (width == flame::kMotion || width == flame::kNarrow || width == flame::kWide);
  for (int64_t axis = 0; axis < read.rank() - 2; ++axis) fits = fits && read.dim(axis) == 1;
  if (!fits) {
    fail("{}: expected motion of shape (1, T, {}), (T, {}) or (T, {}), got {}", path.string(),
         flame::kWide, flame::kNarrow, flame::kMotion, tensor::to_string(read.shape()));
  }
  for (int64_t i = 0; i < read.size(); ++i) {
    if (!std::isfinite(read[i])) {
      fail("{}: frame {} holds a value that is not finite", path.string(), i / width);
    }
  }
  return read.reshape({-1, width});
}

}  // namespace flowtalk::apps
