// The layers of published systems on libtorch: the same names, answers and bounds as on the native
// backend.
#include <gtest/gtest.h>

#include "flowtalk/nn/check_golden.h"
#include "flowtalk/ops/torch/torch_ops.h"

namespace flowtalk {
namespace {

struct GoldenOnTorch : ::testing::Test {
  const torch::NoGradGuard no_grad;
  ops::TorchOps ops;
};

TEST_F(GoldenOnTorch, FaceXHubert) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_xhubert");
  nn::check_face_xhubert(ops, folder, 5e-6);
}

TEST_F(GoldenOnTorch, SequenceNetwork) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  nn::check_sequence_network(ops, folder, 2e-5);
}

}  // namespace
}  // namespace flowtalk
