// Meshes per second: parameters of a head of FLAME's size become skinned vertices.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk {
namespace {

constexpr int64_t kVertices = 5023, kExpressions = 100;
constexpr size_t kFrames = 256;

// Every basis value counts; skinning as in a head: most points follow one joint, some two.
const face::Face& dense_face() {
  static const face::Face made = [] {
    face::Face face;
    const auto wave = [](tensor::Shape shape, float size) {
      tensor::Tensor t(std::move(shape));
      for (int64_t i = 0; i < t.size(); ++i) t[i] = size * std::sin(0.37f * static_cast<float>(i));
      return t;
    };
    face.rest = wave({kVertices, 3}, 0.1f);
    face.expression_basis = wave({kExpressions, 3 * kVertices}, 0.01f);
    face.pose_basis = wave({36, 3 * kVertices}, 0.001f);
    face.joint_regressor = wave({flame::kJoints, kVertices}, 0.01f);
    face.skinning = tensor::Tensor::zeros({kVertices, flame::kJoints});
    for (int64_t v = 0; v < kVertices; ++v) {
      const float jaw = std::fmax(0.0f, std::sin(0.002f * static_cast<float>(v)));
      const int64_t rigid = v < 3931 ? -1 : int64_t{v < 4477 ? flame::kLeftEye : flame::kRightEye};
      if (rigid >= 0) {
        face.skinning[v * flame::kJoints + rigid] = 1;
      } else {
        face.skinning[v * flame::kJoints + flame::kJawJoint] = jaw;
        face.skinning[v * flame::kJoints + flame::kNeck] = 1 - jaw;
      }
    }
    return face;
  }();
  return made;
}

struct Motion {
  std::vector<float> expression = std::vector<float>(kFrames * kExpressions);
  std::vector<face::FaceFrame> frames;

  Motion(size_t live, bool all_joints) {
    for (size_t i = 0; i < expression.size(); ++i) {
      expression[i] = std::cos(0.11f * static_cast<float>(i));
    }
    for (size_t f = 0; f < kFrames; ++f) {
      face::FaceFrame frame;
      frame.expression = std::span(expression).subspan(f * kExpressions, live);
      const float turn = 0.1f + 0.001f * static_cast<float>(f);
      frame.jaw = {turn, 0.2f * turn, 0.1f * turn};
      if (all_joints) {
        frame.root = frame.neck = frame.left_eye = frame.right_eye = frame.jaw;
        frame.translation = frame.jaw;
      }
      frames.push_back(frame);
    }
  }
};

void measure(benchmark::State& state, const Motion& motion) {
  const face::Deformer deformer(dense_face());
  ThreadPool pool(static_cast<int>(state.range(0)));
  std::vector<float> out(kFrames * 3 * static_cast<size_t>(kVertices));
  for (auto _ : state) {
    deformer.vertices(motion.frames, out, pool);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["meshes/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(kFrames),
                         benchmark::Counter::kIsRate);
}

// Argument: threads. 50 expression coefficients and the jaw: what the model predicts.
void pose_53(benchmark::State& state) { measure(state, Motion(50, false)); }
BENCHMARK(pose_53)->Arg(1)->Arg(2)->UseRealTime()->MeasureProcessCPUTime();

// 100 coefficients, all five joints and a translation.
void pose_everything(benchmark::State& state) { measure(state, Motion(100, true)); }
BENCHMARK(pose_everything)->Arg(1)->Arg(2)->UseRealTime()->MeasureProcessCPUTime();

// One frame per call, as a renderer asks for them.
void pose_one_frame(benchmark::State& state) {
  const Motion motion(50, false);
  const face::Deformer deformer(dense_face());
  std::vector<float> out(3 * static_cast<size_t>(kVertices));
  size_t f = 0;
  for (auto _ : state) {
    deformer.vertices(motion.frames[f++ % kFrames], out);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["meshes/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(pose_one_frame);

// Folding an identity and packing the basis.
void prepare(benchmark::State& state) {
  for (auto _ : state) {
    const face::Deformer deformer(dense_face());
    benchmark::DoNotOptimize(&deformer);
  }
}
BENCHMARK(prepare)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace flowtalk
