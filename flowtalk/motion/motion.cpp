#include "flowtalk/motion/motion.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// The first of `width` columns of every frame, zeros where the track has fewer.
void copy_columns(const Track& track, int64_t frames, int64_t width, float* to, int64_t stride) {
  const int64_t count = std::min(width, track.width);
  for (int64_t t = 0; t < frames && !track.empty(); ++t) {
    std::copy_n(track.at(t).data(), count, to + t * stride);
  }
}

bool is_live_table(const Motion& m) {
  const Track &e = m.expression, &j = m.jaw;
  return !e.empty() && !j.empty() && e.table.data() == j.table.data() && e.table.dim(1) == kLive &&
         e.first == 0 && e.width == kLiveExpression && j.first == kJawAt && j.width == flame::kJaw;
}

}  // namespace

std::span<const float> Track::at(int64_t frame) const {
  if (rows() == 0) return {};
  const int64_t row = rows() == 1 ? 0 : frame;
  return table.values().subspan(static_cast<size_t>(row * table.dim(1) + first),
                                static_cast<size_t>(width));
}

int64_t Motion::frames() const {
  int64_t most = 0;
  for_each_track(*this, [&](const char*, const Track& t) { most = std::max(most, t.rows()); });
  return most;
}

bool Motion::one_shape() const {
  const auto first = shape.at(0);
  for (int64_t t = 1; t < shape.rows(); ++t) {
    const auto other = shape.at(t);
    if (!std::equal(first.begin(), first.end(), other.begin())) return false;
  }
  return true;
}

Motion of_live(const Tensor& live, Axes axes) {
  FT_CHECK(live.rank() == 2 && live.dim(1) == kLive, "motion is {}",
           tensor::to_string(live.shape()));
  return of_rows(live, axes);
}

Tensor live_of(const Motion& motion) {
  if (is_live_table(motion)) return motion.expression.table;
  const int64_t frames = motion.frames();
  Tensor live = Tensor::zeros({frames, kLive});
  copy_columns(motion.expression, frames, kLiveExpression, live.data(), kLive);
  copy_columns(motion.jaw, frames, flame::kJaw, live.data() + kJawAt, kLive);
  return live;
}

Motion of_rows(const Tensor& rows, Axes axes) {
  FT_CHECK(rows.rank() == 2 && is_row_width(rows.dim(1)), "rows are {}",
           tensor::to_string(rows.shape()));
  const int64_t width = rows.dim(1), shape = width == kLive ? 0 : flame::kShape;
  Motion m;
  m.axes = axes;
  if (shape > 0) m.shape = {rows, 0, shape};
  m.expression = {rows, shape, width - shape - flame::kJaw};
  m.jaw = {rows, width - flame::kJaw, flame::kJaw};
  return m;
}

int64_t row_width(const Motion& motion) {
  const Track &e = motion.expression, &j = motion.jaw;
  const bool rows = !e.empty() && !j.empty() && e.table.data() == j.table.data();
  return rows && is_row_width(e.table.dim(1)) ? e.table.dim(1) : 0;
}

Tensor rows_of(const Motion& motion, int64_t width) {
  FT_CHECK(is_row_width(width), "width {}", width);
  const int64_t frames = motion.frames(), shape = width == kLive ? 0 : flame::kShape;
  Tensor rows = Tensor::zeros({1, frames, width});
  copy_columns(motion.shape, frames, shape, rows.data(), width);
  copy_columns(motion.expression, frames, width - shape - flame::kJaw, rows.data() + shape, width);
  copy_columns(motion.jaw, frames, flame::kJaw, rows.data() + width - flame::kJaw, width);
  return rows;
}

Motion beside(Motion made, const Motion& recorded) {
  const int64_t frames = made.frames();
  FT_CHECK(recorded.frames() >= frames, "{} recorded frames, {} made", recorded.frames(), frames);
  const Motion cut = slice(recorded, 0, frames);
  const int64_t known = made.expression.width, width = cut.expression.width;
  if (width > known) {
    Tensor table({frames, width});
    for (int64_t t = 0; t < frames; ++t) {
      float* row = table.data() + t * width;
      std::ranges::copy(cut.expression.at(t), row);
      std::copy_n(made.expression.at(t).data(), known, row);
    }
    made.expression = {table, 0, width};
  }
  made.shape = cut.shape;
  made.root = cut.root;
  made.neck = cut.neck;
  made.eyes = cut.eyes;
  made.translation = cut.translation;
  return made;
}

Motion slice(const Motion& motion, int64_t begin, int64_t end) {
  FT_CHECK(begin >= 0 && begin <= end && end <= motion.frames(), "frames {} to {} of {}", begin,
           end, motion.frames());
  Motion part = motion;
  for_each_track(part, [&](const char*, Track& track) {
    if (track.rows() <= 1) return;
    const Tensor& all = track.table;
    track.table =
        Tensor::borrow({end - begin, all.dim(1)}, all.data() + begin * all.dim(1), all.owner());
  });
  return part;
}

}  // namespace flowtalk::motion
