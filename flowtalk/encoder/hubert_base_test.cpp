// The full-size golden HuBERT on the native backend.
#include <gtest/gtest.h>

#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/formula_model.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {
namespace {

TEST(HubertBase, StatesOfTheFullSize) {
  const auto golden = golden_folder("hubert_base_formula");
  if (!std::filesystem::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  const tests::ScratchFolder folder;
  write_formula_model(golden, folder);
  ThreadPool pool(2);
  ops::NativeOps ops(pool);
  {
    HuggingFaceFolder opened(folder);
    check_golden_cases(load_hubert(opened, ops), ops, golden / "cases.safetensors", 2e-4);
  }
  const StoredEncoder stored(folder);
  const NativeHubert hubert = stored.make(ops);
  std::filesystem::remove_all(folder);  // the mapped file stays readable
  const formats::SafetensorsFile cases(golden / "cases.safetensors");
  const auto wave = normalise(cases.load("raw").values());
  const auto last = encode_last(ops, hubert, wave, {}, [&] { stored.drop_pages(); });
  EXPECT_LT(largest_difference(last.values(), cases.load("last_hidden_state").values()), 2e-4);
}

}  // namespace
}  // namespace flowtalk::encoder
