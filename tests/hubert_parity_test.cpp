// The golden HuBERTs on libtorch, with the same names, tensors and bounds as on the native backend.
#include <gtest/gtest.h>

#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/formula_model.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {
namespace {

void check(const std::filesystem::path& folder, const std::filesystem::path& cases, double bound) {
  const torch::NoGradGuard no_grad;
  ops::TorchOps ops;
  HuggingFaceFolder opened(folder);
  check_golden_cases(load_hubert(opened, ops), ops, cases, bound);
}

TEST(HubertOnTorch, EveryHiddenStateOfEveryCase) {
  for (const char* name : {"hubert_tiny", "hubert_tiny_stable"}) {
    const auto folder = golden_folder(name);
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no golden data at " << folder;
    check(folder, folder / "cases.safetensors", 5e-5);
  }
}

TEST(HubertOnTorch, StatesOfTheFullSize) {
  const auto golden = golden_folder("hubert_base_formula");
  if (!std::filesystem::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  const tests::ScratchFolder folder;
  write_formula_model(golden, folder);
  check(folder, golden / "cases.safetensors", 2e-4);
}

}  // namespace
}  // namespace flowtalk::encoder
