// The import of an encoder from an ONNX file that is made here.
#include "flowtalk/foreign/moonshine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/foreign/import_encoder.h"
#include "flowtalk/foreign/made_moonshine.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::foreign {
namespace {

namespace fs = std::filesystem;
using formats::OnnxFile;
using tensor::Shape;
using tensor::Tensor;
using ::testing::Each;
using ::testing::HasSubstr;

OnnxFile file_of(const MadeMoonshine& made) {
  const auto bytes = std::make_shared<const std::string>(made.bytes());
  return OnnxFile("a.onnx", *bytes, bytes);
}

std::map<std::string, Tensor> tensors_of(const MoonshineEncoder& encoder) {
  return {encoder.tensors.begin(), encoder.tensors.end()};
}

// (in, out) of the file as (out, in), by the formula of the format.
float product_at(const MadeMoonshine& made, const OnnxFile& file, const std::string& name,
                 int64_t out, int64_t in) {
  const std::string& weight = made.weight_of(name);
  const auto& quantised = file.array(weight + "quantized");
  const auto q = quantised.int64(in * quantised.shape[1] + out);
  const auto zero = file.array(weight + "zero_point").int64(0);
  return static_cast<float>(q - zero) * file.load(weight + "scale")[0];
}

TEST(Moonshine, TheConfigFollowsFromTheFile) {
  const auto config = read_moonshine(file_of({}), std::nullopt).config;
  EXPECT_EQ(config.conv_dim, (std::vector<int>{6, 10, 16}));
  EXPECT_EQ(config.conv_kernel, (std::vector<int>{127, 7, 3}));
  EXPECT_EQ(config.conv_stride, (std::vector<int>{64, 1, 5}));
  EXPECT_EQ(config.conv_dilation, (std::vector<int>{1, 1, 3}));
  EXPECT_EQ(config.conv_past, 495);
  EXPECT_EQ(config.hidden_size, 16);
  EXPECT_EQ(config.num_hidden_layers, 2);
  EXPECT_EQ(config.num_attention_heads, 2);
  EXPECT_EQ(config.intermediate_size, 24);
  EXPECT_EQ(config.rotary_dims, 4);
  EXPECT_FLOAT_EQ(config.rotary_rate, 320.0f / 384.0f);
  config.check_motion_rate("here");
  EXPECT_TRUE(config.bounded());
}

TEST(Moonshine, WeightsComeOutAsTheFormatHasThem) {
  const MadeMoonshine made;
  const OnnxFile file = file_of(made);
  auto ours = tensors_of(read_moonshine(file, std::nullopt));
  for (int i = 0; i < 3; ++i) {
    const std::string theirs = fmt::format("conv{}.weight_", i + 1);
    const auto& q = file.array(theirs + "quantized");
    const float scale = file.load(theirs + "scale")[0], zero = file.load(theirs + "zero_point")[0];
    const Tensor& weight = ours[fmt::format("encoder/conv/{}/weight", i)];
    ASSERT_EQ(weight.shape(), q.shape);
    const float level = i == 0 ? 0.08f : 1.0f;
    for (int64_t at = 0; at < weight.size(); ++at) {
      ASSERT_FLOAT_EQ(weight[at], (static_cast<float>(q.real(at)) * scale + zero) * level);
    }
  }
  for (int64_t c = 0; c < MadeMoonshine::kFirst; ++c) {
    EXPECT_FLOAT_EQ(ours["encoder/conv/0/norm_gain"][c],
                    file.load("onnx::Mul_1")[c] / std::sqrt(0.01101f));
    EXPECT_EQ(ours["encoder/conv/0/norm_bias"][c], file.load("onnx::Add_2")[c]);
  }
  EXPECT_EQ(ours["encoder/conv/2/bias"][3], file.load("conv3.bias")[3]);
  const Tensor& inner = ours["encoder/layer/1/inner/weight"];
  ASSERT_EQ(inner.shape(), (Shape{24, 16}));
  for (int64_t o = 0; o < 24; ++o) {
    for (int64_t i = 0; i < 16; ++i) {
      ASSERT_FLOAT_EQ(inner[o * 16 + i], product_at(made, file, "/layers.1/mlp/fc1", o, i));
    }
  }
  EXPECT_EQ(ours["encoder/layer/1/inner/bias"][20], file.load("layers.1.mlp.fc1.bias")[20]);
  EXPECT_EQ(ours["encoder/layer/0/attention_norm/gain"][5],
            file.load("layers.0.input_layernorm.weight")[5]);
  EXPECT_EQ(ours["encoder/layer/0/output_norm/gain"][5],
            file.load("layers.0.post_attention_layernorm.weight")[5]);
  EXPECT_EQ(ours["encoder/norm/gain"][7], file.load("layer_norm.weight")[7]);
  for (const char* zero :
       {"conv/0/bias", "layer/1/attention/query/bias", "layer/0/output_norm/bias", "norm/bias",
        "projection/bias", "position/weight", "position/bias"}) {
    EXPECT_THAT(ours[fmt::format("encoder/{}", zero)].values(), Each(0.0f)) << zero;
  }
  EXPECT_EQ(ours["encoder/projection/weight"][17], 1.0f);
  EXPECT_EQ(ours["encoder/projection/weight"][18], 0.0f);
}

TEST(Moonshine, RowsThatTurnAreMovedAndOthersStay) {
  const MadeMoonshine made;
  const OnnxFile file = file_of(made);
  auto ours = tensors_of(read_moonshine(file, std::nullopt));
  const std::vector<int64_t> from = {0, 2, 1, 3, 4, 5, 6, 7};  // of a head whose first four turn
  for (const auto& [part, name, moved] :
       {std::tuple("q_proj", "query", true), std::tuple("k_proj", "key", true),
        std::tuple("v_proj", "value", false), std::tuple("dense", "output", false)}) {
    const Tensor& weight = ours[fmt::format("encoder/layer/0/attention/{}/weight", name)];
    for (int64_t o = 0; o < 16; ++o) {
      const int64_t theirs = moved ? o / 8 * 8 + from[static_cast<size_t>(o % 8)] : o;
      for (int64_t i = 0; i < 16; ++i) {
        ASSERT_FLOAT_EQ(
            weight[o * 16 + i],
            product_at(made, file, fmt::format("/layers.0/self_attn/{}", part), theirs, i));
      }
    }
  }
}

// Their rotation of pairs of neighbours and ours of halves make the same scores.
TEST(Moonshine, ScoresOfTurnedQueriesAndKeysAreTheirs) {
  const MadeMoonshine made;
  const OnnxFile file = file_of(made);
  auto ours = tensors_of(read_moonshine(file, std::nullopt));
  Rng rng(3);
  std::vector<double> x(16), y(16);
  for (double& value : x) value = rng.normal();
  for (double& value : y) value = rng.normal();
  const std::vector<double> rates = {1.0, 0.01};
  const auto head = [&](const auto& weight_at, const std::vector<double>& in) {
    std::vector<double> out(8, 0.0);
    for (int64_t o = 0; o < 8; ++o) {
      for (int64_t i = 0; i < 16; ++i) {
        out[static_cast<size_t>(o)] +=
            static_cast<double>(weight_at(o, i)) * in[static_cast<size_t>(i)];
      }
    }
    return out;
  };
  const auto turned = [&](std::vector<double> v, double time, size_t step, size_t apart) {
    for (size_t i = 0; i < 2; ++i) {
      const double angle = time * rates[i], a = v[i * step], b = v[i * step + apart];
      v[i * step] = a * std::cos(angle) - b * std::sin(angle);
      v[i * step + apart] = b * std::cos(angle) + a * std::sin(angle);
    }
    return v;
  };
  const auto score = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  const auto theirs = [&](const char* part) {
    return [&, part](int64_t o, int64_t i) {
      return product_at(made, file, fmt::format("/layers.0/self_attn/{}", part), o, i);
    };
  };
  const auto mine = [&](const char* name) {
    return [weight = ours[fmt::format("encoder/layer/0/attention/{}/weight", name)]](
               int64_t o, int64_t i) { return weight[o * 16 + i]; };
  };
  const double expected =
      score(turned(head(theirs("q_proj"), x), 5, 2, 1), turned(head(theirs("k_proj"), y), 2, 2, 1));
  const double got =
      score(turned(head(mine("query"), x), 5, 1, 2), turned(head(mine("key"), y), 2, 1, 2));
  EXPECT_NEAR(got, expected, 1e-5 * std::abs(expected));
}

class MoonshineFile : public ::testing::Test {
 protected:
  ImportEncoderOptions options(const std::string& bytes) const {
    save_file(folder_ / "encoder.onnx", bytes);
    ImportEncoderOptions o;
    o.encoder = (folder_ / "encoder.onnx").string();
    o.output = (folder_ / "made").string();
    return o;
  }
  std::string refusal(const std::string& bytes) const {
    const std::string message = tests::refusal([&] { import_encoder(options(bytes)); });
    EXPECT_FALSE(fs::exists(folder_ / "made")) << "something was written";
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
  tests::ScratchFolder folder_;
};

TEST_F(MoonshineFile, BecomesAnEncoderThatEncodes) {
  const auto imported = import_encoder(options(MadeMoonshine().bytes()));
  EXPECT_EQ(imported.layers, 2);
  EXPECT_THAT(load_file(folder_ / "made" / "card.md"), HasSubstr("| encoder.onnx | "));
  EXPECT_EQ(imported.warnings.size(), 1u);  // it is not the file whose licence is known
  const encoder::StoredEncoder stored(folder_ / "made");
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const auto hubert = stored.make(ops);
  const std::vector<float> wave(400 + 9 * 320, 0.5f);
  const Tensor features = encoder::encode_last(ops, hubert, wave);
  EXPECT_EQ(features.shape(), (Shape{10, 16}));
  for (const float x : features.values()) ASSERT_TRUE(std::isfinite(x));

  auto fewer = options(MadeMoonshine().bytes());
  fewer.layers = 1;
  EXPECT_EQ(import_encoder(fewer).config.num_hidden_layers, 1);
  fewer.layers = 3;
  EXPECT_THAT(tests::refusal([&] { import_encoder(fewer); }), HasSubstr("layers 3: "));
}

TEST_F(MoonshineFile, EveryWeightIsNeededInItsShape) {
  const MadeMoonshine whole;
  for (const auto& [name, tensor] : whole.tensors) {
    MadeMoonshine changed;
    changed.tensors.erase(name);
    EXPECT_THAT(refusal(changed.bytes()), HasSubstr("encoder.onnx: ")) << name;
    changed = {};
    changed.tensors[name].shape.insert(changed.tensors[name].shape.begin(), {1, 1});
    EXPECT_THAT(refusal(changed.bytes()), HasSubstr("encoder.onnx: ")) << name;
  }
  for (size_t i = 0; i < whole.nodes.size(); ++i) {
    MadeMoonshine changed;
    changed.nodes.erase(changed.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    if (whole.nodes[i].name == "/layers.1/self_attn/q_proj/MatMul_quant") continue;  // one layer
    EXPECT_THAT(refusal(changed.bytes()), HasSubstr("encoder.onnx: ")) << whole.nodes[i].name;
  }
}

TEST_F(MoonshineFile, OthersAreRefused) {
  EXPECT_THAT(
      refusal(formats::made::onnx_model(
          {formats::made::onnx_node({"If", "optimum::if", {"use_cache"}, {"logits"}})}, {})),
      HasSubstr("an ONNX model that flowtalk does not know; expected"));
  EXPECT_THAT(refusal(MadeMoonshine().bytes().substr(0, 5000)), HasSubstr("cut off or damaged"));
  EXPECT_THAT(refusal("some text\n"), HasSubstr("is a text file; expected the quantised encoder"));
  MadeMoonshine changed;
  changed.tensors["layer_norm.weight"].values =
      formats::made::onnx_raw(std::vector<float>(16, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_THAT(refusal(changed.bytes()), HasSubstr("has weights that are not finite"));
  changed = {};
  changed.tensors["number_8"].values = formats::made::onnx_raw(std::vector<int64_t>{7});
  EXPECT_THAT(refusal(changed.bytes()), HasSubstr("2 heads of 7 values"));
  changed = {};
  changed.tensors["rates"].values = formats::made::onnx_raw(std::vector<float>{1.0f, 0.5f});
  EXPECT_THAT(refusal(changed.bytes()), HasSubstr("pair 1 of a head turns by 0.5"));
  changed = {};
  for (auto& node : changed.nodes) {
    if (node.name == "/conv2/Conv") node.attributes = {};
  }
  EXPECT_THAT(refusal(changed.bytes()), HasSubstr("convolution 2 has weights (10, 6, 7) and stride "
                                                  "1, expected a kernel of 7 and stride 3"));
}

}  // namespace
}  // namespace flowtalk::foreign
