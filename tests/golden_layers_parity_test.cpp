// The layers of published systems on libtorch: the same names, answers and bounds as on the native
// backend.
#include <gtest/gtest.h>

#include "flowtalk/condition/check_golden.h"
#include "flowtalk/nn/check_golden.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/prior/check_golden.h"

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

TEST_F(GoldenOnTorch, PredictorsOfProbTalk3D) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  condition::check_predictors(ops, folder, 1e-4);
}

TEST_F(GoldenOnTorch, PriorsOfProbTalk3D) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  const prior::Bounds bounds{.latents = 1e-4, .motion = 3e-4, .distances = 2e-3, .logits = 1e-2};
  prior::check_vae_prior(ops, folder, bounds);
  prior::check_vq_prior(ops, folder, bounds);
}

TEST_F(GoldenOnTorch, PriorsOfProbTalk3DsReleases) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  prior::check_vq_release(ops, folder, {2e-5, 1e-4, 1e-3, 0});
  FT_GOLDEN_FOLDER(vae_folder, "lineage/probtalk3d_vae_release");
  prior::check_vae_release(ops, vae_folder, {3e-5, 2e-4, 0, 0});
}

}  // namespace
}  // namespace flowtalk
