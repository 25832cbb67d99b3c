// Frames per second of the renderer: the built-in head talks, 4x multisampling, no encoding.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/renderer.h"

namespace flowtalk {
namespace {

constexpr size_t kPoses = 50;

// Jaw, lips, lids and gaze on their way, two seconds of them.
const std::vector<std::vector<float>>& poses() {
  static const auto all = [] {
    const face::Face& face = face::builtin_face();
    const face::Deformer deformer(face);
    std::vector<std::vector<float>> out;
    for (size_t i = 0; i < kPoses; ++i) {
      const float t = static_cast<float>(i) / kPoses * 6.2832f;
      std::array<float, motion::kLiveExpression> expression{};
      expression[face::axis("mouthSmileLeft")] = 0.5f + 0.5f * std::sin(t);
      expression[face::axis("mouthSmileRight")] = 0.5f + 0.5f * std::sin(t);
      expression[face::axis("browInnerUp")] = 0.5f - 0.5f * std::cos(2 * t);
      face::FaceFrame frame;
      frame.expression = expression;
      frame.jaw[0] = 0.12f - 0.12f * std::cos(5 * t);
      frame.neck[1] = 0.2f * std::sin(t);
      std::vector<float> vertices(3 * static_cast<size_t>(face.vertex_count()));
      deformer.vertices(frame, vertices);
      out.push_back(std::move(vertices));
    }
    return out;
  }();
  return all;
}

// Arguments: edge of the square picture in pixels, threads.
void draw_head(benchmark::State& state) {
  const face::Face& face = face::builtin_face();
  ThreadPool pool(static_cast<int>(state.range(1)));
  render::Renderer renderer(face, {}, pool);
  const render::Camera camera = render::portrait(face, 0.25f, 0.05f);
  const auto size = static_cast<int>(state.range(0));
  render::Image image(size, size);
  renderer.draw(poses()[0], camera, image);  // memory is taken, and the poses are made, once
  size_t i = 0;
  for (auto _ : state) {
    renderer.draw(poses()[i++ % kPoses], camera, image);
    benchmark::DoNotOptimize(image.rgb.data());
  }
  state.counters["frames/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(draw_head)
    ->ArgNames({"pixels", "threads"})
    ->ArgsProduct({{512, 1024}, {1, 2}})
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

// Coverage and depth alone.
void rasterize_head(benchmark::State& state) {
  const face::Face& face = face::builtin_face();
  ThreadPool pool(1);
  constexpr int kSize = 512;
  std::vector<render::ScreenVertex> screen;
  render::project(poses()[10], render::portrait(face), kSize, kSize, screen);
  const std::vector<uint8_t> sides(face.triangles.size(), 0);
  render::TileBins bins;
  render::TileSamples samples;
  for (auto _ : state) {
    bins.build(screen, {face.triangles, sides}, kSize, kSize, pool);
    for (int tile = 0; tile < bins.tiles(); ++tile) {
      bins.rasterize(tile, samples);
      benchmark::DoNotOptimize(samples.depth.data());
    }
  }
}
BENCHMARK(rasterize_head)->Unit(benchmark::kMillisecond);

// A picture to the bytes of its file.
void pack_png(benchmark::State& state) {
  const face::Face& face = face::builtin_face();
  ThreadPool pool(1);
  render::Renderer renderer(face, {}, pool);
  const auto size = static_cast<int>(state.range(0));
  render::Image image(size, size);
  renderer.draw(poses()[10], render::portrait(face, 0.2f), image);
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string png = render::encode_png(image);
    bytes = png.size();
    benchmark::DoNotOptimize(png.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(pack_png)->ArgName("pixels")->Arg(512)->Arg(1024)->Unit(benchmark::kMillisecond);

// Once per face: openness of the rest shape.
void prepare_head(benchmark::State& state) {
  ThreadPool pool(2);
  for (auto _ : state) {
    const render::Renderer renderer(face::builtin_face(), {}, pool);
    benchmark::DoNotOptimize(&renderer);
  }
}
BENCHMARK(prepare_head)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace flowtalk
