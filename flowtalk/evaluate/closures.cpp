#include "flowtalk/evaluate/closures.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::evaluate {

std::vector<FrameRange> bilabials(const std::vector<data::Phone>& phones, int64_t frames) {
  std::vector<FrameRange> ranges;
  for (const data::Phone& phone : phones) {
    if (!data::is_bilabial(phone.id)) continue;
    const auto first = static_cast<int64_t>(std::ceil(phone.start_s * flame::kFps - 0.5));
    const auto last = static_cast<int64_t>(std::floor(phone.end_s * flame::kFps + 0.5));
    const FrameRange range{std::max<int64_t>(first, 0), std::min(last + 1, frames)};
    if (range.begin < range.end) ranges.push_back(range);
  }
  return ranges;
}

std::vector<double> smallest_gaps(const motion::Motion& motion,
                                  const std::vector<FrameRange>& ranges,
                                  const face::Deformer& deformer) {
  const face::Face& face = deformer.face();
  std::vector<float> vertices(static_cast<size_t>(face.vertex_count() * 3));
  std::vector<double> gaps;
  for (const FrameRange& range : ranges) {
    FT_CHECK(range.begin < range.end && range.end <= motion.frames(), "frames {} to {} of {}",
             range.begin, range.end, motion.frames());
    double smallest = INFINITY;
    for (int64_t t = range.begin; t < range.end; ++t) {
      deformer.vertices(face::frame_of(motion, t, deformer), vertices);
      smallest = std::min(smallest, double{face::lip_gap(face, vertices)});
    }
    gaps.push_back(smallest);
  }
  return gaps;
}

int64_t count_shut(const std::vector<double>& gaps) {
  return std::count_if(gaps.begin(), gaps.end(), [](double gap) { return gap < kShutLips; });
}

}  // namespace flowtalk::evaluate
