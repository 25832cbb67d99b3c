#include "flowtalk/face/vertex_take.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element.h"
#include "flowtalk/motion/resample.h"

namespace flowtalk::face {

std::optional<VertexShape> vertex_shape(const tensor::Shape& shape) {
  const size_t rank = shape.size();
  if (rank < 2) return std::nullopt;
  const int64_t last = shape.back();
  if (last == 3 && (rank == 3 || rank == 4)) {
    return VertexShape{rank == 4 ? shape[0] : 1, shape[rank - 3], shape[rank - 2]};
  }
  if (last > 3 && last % 3 == 0 && rank <= 3) {
    return VertexShape{rank == 3 ? shape[0] : 1, shape[rank - 2], last / 3};
  }
  return std::nullopt;
}

VertexTake take_of(const tensor::Tensor& vertices) {
  FT_CHECK(vertices.rank() == 3 && vertices.dim(2) == 3, "vertices {}",
           tensor::to_string(vertices.shape()));
  const int64_t size = 3 * vertices.dim(1);
  return {vertices.dim(0), [vertices, size](int64_t begin, int64_t count, std::span<float> out) {
            std::copy_n(vertices.data() + begin * size, count * size, out.data());
          }};
}

VertexTake take_of(const formats::Array& vertices, const VertexShape& shape, int64_t sample) {
  const int64_t width = 3 * shape.vertices, first = sample * shape.frames;
  return {shape.frames,
          [vertices, width, first](int64_t begin, int64_t count, std::span<float> out) {
            const size_t element = formats::element_size(vertices.dtype);
            const auto at = static_cast<size_t>((first + begin) * width) * element;
            formats::to_float32(vertices.dtype, false, vertices.bytes.data() + at, count * width,
                                out.data());
          }};
}

VertexTake resample(const VertexTake& take, double from_hz, double to_hz, motion::Length length) {
  if (from_hz == to_hz) return take;
  const double step = from_hz / to_hz;
  const int64_t frames = motion::resampled_frames(take.frames, step, length);
  return {frames, [take, step](int64_t begin, int64_t count, std::span<float> out) {
            const size_t values = out.size() / static_cast<size_t>(count);
            std::vector<std::vector<motion::WeightedFrame>> parts;
            int64_t first = take.frames, end = 0;
            for (int64_t i = begin; i < begin + count; ++i) {
              parts.push_back(motion::frames_at(i, step, take.frames));
              for (const auto& part : parts.back()) {
                first = std::min(first, part.frame);
                end = std::max(end, part.frame + 1);
              }
            }
            std::vector<float> read(static_cast<size_t>(end - first) * values);
            take.read(first, end - first, read);
            std::fill(out.begin(), out.end(), 0.0f);
            for (size_t i = 0; i < parts.size(); ++i) {
              for (const auto& [frame, weight] : parts[i]) {
                const float* from = read.data() + static_cast<size_t>(frame - first) * values;
                float* to = out.data() + i * values;
                for (size_t k = 0; k < values; ++k) to[k] += static_cast<float>(weight) * from[k];
              }
            }
          }};
}

}  // namespace flowtalk::face
