// Vertices over time, as a file or a model gives them: asked for in blocks, so that memory does not
// grow with their length.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "flowtalk/formats/array.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::face {

// Vertices of one take.
struct VertexTake {
  int64_t frames = 0;
  // Writes frames [begin, begin + count) as (count, V, 3) into `out`. Called by one thread at a
  // time.
  std::function<void(int64_t begin, int64_t count, std::span<float> out)> read;
};

// What an array of vertices holds, by its shape: (T, V, 3) or (T, 3V), or several samples of it,
// (S, T, V, 3) or (S, T, 3V). Nothing for other shapes.
struct VertexShape {
  int64_t samples = 1, frames = 0, vertices = 0;
};
std::optional<VertexShape> vertex_shape(const tensor::Shape& shape);

VertexTake take_of(const tensor::Tensor& vertices);  // (T, V, 3)
// Of real numbers of a vertex_shape; the sample's. Converts a block when it is asked for.
VertexTake take_of(const formats::Array& vertices, const VertexShape& shape, int64_t sample);

// The same at another rate, as motion::resample takes motion there.
VertexTake resample(const VertexTake& take, double from_hz, double to_hz,
                    motion::Length length = motion::Length::kNearest);

}  // namespace flowtalk::face
