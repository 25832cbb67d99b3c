// What `flowtalk encode` writes and refuses.
#include <gmock/gmock.h>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/foreign/made_moonshine.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::UnorderedElementsAre;

class CliEncode : public CommandLine {
 protected:
  tensor::Tensor states(const std::string& voice, std::vector<std::string> options = {}) const {
    std::vector<std::string> args{"encode", voice, "-o", "states.npy"};
    args.insert(args.end(), options.begin(), options.end());
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? formats::load_npy(file("states.npy")) : tensor::Tensor();
  }
};

TEST_F(CliEncode, OneFramePer320SamplesWithoutPadding) {
  const tensor::Tensor last = states("voice.wav");
  EXPECT_EQ(last.shape(), (tensor::Shape{(2 * 16000 - 400) / 320 + 1, 288}));
  EXPECT_THAT(names(), UnorderedElementsAre("voice.wav", "states.npy"));
}

TEST_F(CliEncode, LayersAreSlicesOfAll) {
  const tensor::Tensor all = states("voice.wav", {"--all"}), last = states("voice.wav");
  ASSERT_EQ(all.shape(), (tensor::Shape{5, last.dim(0), last.dim(1)}));
  for (int64_t layer = 0; layer < 5; ++layer) {
    const auto one = states("voice.wav", {"--layer", std::to_string(layer), "--threads", "1"});
    ASSERT_EQ(one.shape(), last.shape());
    for (int64_t i = 0; i < one.size(); ++i) {
      ASSERT_EQ(one[i], all[layer * one.size() + i]) << layer;
    }
  }
}

TEST_F(CliEncode, SamplesInAnArrayAreTheSameVoice) {
  const auto samples = audio::load_audio(file("voice.wav")).samples;
  const auto count = static_cast<int64_t>(samples.size());
  formats::save_npy(file("samples.npy"), tensor::Tensor({count}, samples));
  const tensor::Tensor a = states("voice.wav"), b = states("samples.npy");
  EXPECT_EQ(encoder::largest_difference(a.values(), b.values()), 0);
  formats::save_npy(file("two.npy"), tensor::Tensor({1, count}, samples));
  EXPECT_TRUE(failed_with(run({"encode", "two.npy", "-o", "x.npy"}), 1, {"two.npy", "(N)"}));
}

TEST_F(CliEncode, WrongUseIsNamed) {
  formats::save_npy(file("short.npy"), tensor::Tensor::zeros({399}));
  EXPECT_TRUE(failed_with(run({"encode", "short.npy", "-o", "x.npy"}), 1, {"399", "400"}));
  EXPECT_TRUE(failed_with(run({"encode", "voice.wav", "-o", "x.npy", "--layer", "5"}), 2,
                          {"--layer 5", "0 and 4"}));
  EXPECT_TRUE(failed_with(run({"encode", "voice.wav"}), 2, {"encode"}));
  EXPECT_TRUE(failed_with(run({"encode", "voice.wav", "-o", "x.npy", "--encoder", "none"}), 1,
                          {"none", "no such"}));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "-o", "x.npy", "--encoder", "none"}), 1,
                          {"has its encoder inside", "--encoder"}));
}

TEST_F(CliEncode, GoldenStatesThroughTheCommandLine) {
  for (const char* name : {"hubert_tiny", "hubert_tiny_stable"}) {
    const auto folder = encoder::golden_folder(name);
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no golden data at " << folder;
    const formats::SafetensorsFile cases(folder / "cases.safetensors");
    for (int i = 0; cases.contains(fmt::format("case{}.raw", i)); ++i) {
      formats::save_npy(file("raw.npy"), cases.load(fmt::format("case{}.raw", i)));
      const auto got = states("raw.npy", {"--encoder", folder.string()});
      const auto want = cases.load(fmt::format("case{}.last_hidden_state", i));
      EXPECT_EQ(got.shape(), want.shape());
      EXPECT_LT(encoder::largest_difference(got.values(), want.values()), 5e-5) << name << i;
    }
  }
}

TEST_F(CliEncode, AnEncoderFromAnOnnxFile) {
  save_file(file("ear.onnx"), foreign::MadeMoonshine().bytes());
  EXPECT_THAT(run({"inspect", "ear.onnx"}).out,
              ::testing::HasSubstr("flowtalk import encoder takes it"));
  const Outcome made = run({"import", "encoder", "ear.onnx", "-o", "ear"});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, ::testing::HasSubstr("2 of 2 layers, 16 wide"));
  EXPECT_THAT(made.err, ::testing::HasSubstr("licence"));
  EXPECT_EQ(states("voice.wav", {"--encoder", "ear"}).shape(),
            (tensor::Shape{(2 * 16000 - 400) / 320 + 1, 16}));
  EXPECT_TRUE(failed_with(run({"import", "encoder", "ear.onnx", "-o", "x", "--layers", "3"}), 2,
                          {"--layers 3", "has 2"}));
  EXPECT_TRUE(failed_with(run({"import", "encoder", "voice.wav", "-o", "x"}), 1,
                          {"is a sound file", "expected the quantised encoder"}));
  EXPECT_TRUE(failed_with(run({"import", "checkpoint", "ear.onnx", "-o", "x"}), 1,
                          {"is an ONNX model", "import encoder"}));
}

}  // namespace
}  // namespace flowtalk::tests
