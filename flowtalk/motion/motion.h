// Motion: the value that every stage hands on. Parameters of a face over time in FLAME's layout;
// what is absent is at rest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "flowtalk/motion/axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::motion {

// Columns of a table, one row per frame; a single row holds for all frames, no rows stand for
// zeros. Copies share the table.
struct Track {
  tensor::Tensor table;  // (T, W) or (1, W)
  int64_t first = 0, width = 0;

  bool empty() const { return table.empty(); }
  int64_t rows() const { return table.empty() ? 0 : table.dim(0); }
  std::span<const float> at(int64_t frame) const;  // `width` values; none if there are no rows
};

struct Motion {
  Track expression;   // (T, E), E <= 100
  Track jaw, neck;    // (T, 3) axis-angle, radians, as all rotations
  Track eyes;         // (T, 6) left, right
  Track root;         // (T, 3) the whole head
  Track translation;  // (T, 3) metres
  Track shape;        // (S) or (T, S), S <= 300
  double rate_hz = flame::kFps;
  Axes axes = Axes::kBuiltin;

  int64_t frames() const;  // of the longest track
  double duration_s() const { return static_cast<double>(frames()) / rate_hz; }
  bool one_shape() const;  // all frames have the same
};

// Visits every track with its name: visit("expression", motion.expression), ...
template <class M, class Visit>
void for_each_track(M& motion, Visit&& visit) {
  visit("shape", motion.shape);
  visit("expression", motion.expression);
  visit("root", motion.root);
  visit("neck", motion.neck);
  visit("jaw", motion.jaw);
  visit("eyes", motion.eyes);
  visit("translation", motion.translation);
}

// What the models know, rows of expression 50 and jaw 3, as a motion. live: (T, 53)
Motion of_live(const tensor::Tensor& live, Axes axes);
// The same of any motion: (T, 53), zeros where it has no values. A motion of of_live gives back its
// own tensor, not a copy.
tensor::Tensor live_of(const Motion& motion);

// Rows of 53, 353 or 403 values as a motion that borrows them. rows: (T, W); FT_CHECK on W.
Motion of_rows(const tensor::Tensor& rows, Axes axes);
// The width of the rows that a motion of of_rows borrows; 0 of any other.
int64_t row_width(const Motion& motion);
// (1, T, width) with width 403, 353 or 53: shape, expression, jaw, as far as there is room; zeros
// where the motion has no values. Other tracks have no place in rows.
tensor::Tensor rows_of(const Motion& motion, int64_t width);

// A made motion beside the recording that it came from: with its shape, its expressions beyond
// those that the models know, and its neck, eyes, root and translation, cut to made's frames.
Motion beside(Motion made, const Motion& recorded);

// Frames [begin, end) of every track; single rows stay.
Motion slice(const Motion& motion, int64_t begin, int64_t end);

// The same motion at another rate, in round(T rate / old) frames that show the moments t / rate;
// see motion/resample.h. At its own rate, the motion itself. Joints turn the short way.
// Length::kWhole: no frame less than the motion lasts.
enum class Length : bool { kNearest, kWhole };
Motion resample(const Motion& motion, double rate_hz, Length length = Length::kNearest);

}  // namespace flowtalk::motion
