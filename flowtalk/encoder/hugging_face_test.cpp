// Reading Hugging Face folders: golden states, both spellings, and what is refused.
#include "flowtalk/encoder/hugging_face.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"

namespace flowtalk::encoder {
namespace {

namespace fs = std::filesystem;
using ops::NativeOps;
using tensor::Tensor;

struct HuggingFace : ::testing::Test {
  ThreadPool pool{2};
  NativeOps ops{pool};
};

struct GoldenHubert : HuggingFace, ::testing::WithParamInterface<const char*> {
  void SetUp() override {
    folder = golden_folder(GetParam());
    if (!fs::exists(folder)) GTEST_SKIP() << "skipped: no golden data at " << folder;
  }
  fs::path folder;
};

TEST_P(GoldenHubert, EveryHiddenStateOfEveryCase) {
  HuggingFaceFolder opened(folder);
  check_golden_cases(load_hubert(opened, ops), ops, folder / "cases.safetensors", 5e-5);
}

TEST_P(GoldenHubert, BothWeightFilesAreTheSameEncoder) {
  HuggingFaceFolder opened(folder);
  load_hubert(opened, ops);
  HuggingFaceWeights weights(open_weights(folder / "pytorch_model.bin"));
  HuggingFaceParams<NativeOps> source(weights, ops);
  const NativeHubert hubert(params::Scope<NativeOps>(source), opened.config);
  weights.finish();
  EXPECT_EQ(weights.identity(opened.config, "").fingerprint,
            opened.weights.identity(opened.config, "").fingerprint);
  check_golden_cases(hubert, ops, folder / "cases.safetensors", 5e-5);
}

TEST_P(GoldenHubert, PiecesOfTheConvolutionsMakeNoDifference) {
  const StoredEncoder stored(folder);
  const NativeHubert hubert = stored.make(ops);
  const formats::SafetensorsFile file(folder / "cases.safetensors");
  const Tensor wave = file.load("case2.normalised");  // more than one piece of 128 frames
  const auto x = ops.constant({1, wave.size()}, wave.values());
  const auto whole = hubert.hidden_states(ops, x);
  const std::vector<int64_t> wanted = {0, hubert.config.num_hidden_layers};
  int layers = 0;
  const auto got = encode(ops, hubert, wave.values(), wanted, {}, [&] {
    stored.drop_pages();
    ++layers;
  });
  EXPECT_EQ(layers, hubert.config.num_hidden_layers + 1);
  EXPECT_LT(largest_difference(got[0].values(), whole.front().values()), 5e-5);
  EXPECT_LT(largest_difference(got[1].values(), whole.back().values()), 5e-5);
}

// The HuBERT inside a checkpoint of ProbTalk3D, under its own prefix.
TEST_F(HuggingFace, InsideAProbTalk3DCheckpoint) {
  const fs::path golden = golden_folder("probtalk3d");
  if (!fs::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  const Json config = parse_json(load_file(golden / "config.json"), "config.json")["hubert"];
  const fs::path folder =
      fs::temp_directory_path() / fmt::format("flowtalk_probtalk3d_hubert_{}", getpid());
  save_file(folder / "config.json", config.dump());
  const HubertConfig hubert_config = load_hugging_face_config(folder);
  fs::remove_all(folder);
  HuggingFaceWeights weights(
      under_prefix(open_weights(golden / "vae_pred.ckpt"), "feature_extractor.audiomodel."));
  HuggingFaceParams<NativeOps> source(weights, ops);
  const NativeHubert hubert(params::Scope<NativeOps>(source), hubert_config);
  weights.finish();
  const formats::SafetensorsFile cases(golden / "cases.safetensors");
  int compared = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string start = fmt::format("full{}.vae.", i);
    if (!cases.contains(start + "audio_normalised")) continue;
    const auto got = encode_last(ops, hubert, cases.load(start + "audio_normalised").values());
    const auto want = cases.load(start + "audio_features");
    EXPECT_LT(largest_difference(got.values(), want.values()), 1e-4) << start;
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(Flavours, GoldenHubert,
                         ::testing::Values("hubert_tiny", "hubert_tiny_stable"));

// ---- Folders made here

Json tiny_config(const char* norm) {
  return Json{{"model_type", "hubert"},
              {"conv_dim", {4, 4, 4, 4, 4, 4, 4}},
              {"conv_bias", true},
              {"feat_extract_norm", norm},
              {"hidden_size", 8},
              {"num_hidden_layers", 2},
              {"num_attention_heads", 2},
              {"intermediate_size", 12},
              {"num_conv_pos_embeddings", 6},
              {"num_conv_pos_embedding_groups", 2},
              {"do_stable_layer_norm", true},
              {"apply_spec_augment", true},
              {"vocab_size", 32}};
}

struct MadeFolder : HuggingFace {
  MadeFolder() {
    folder = fs::temp_directory_path() /
             fmt::format("flowtalk_hugging_face_{}_{}", getpid(),
                         ::testing::UnitTest::GetInstance()->current_test_info()->name());
    config = tiny_config("layer");
    add_norm("encoder.layer_norm", 8);
    add_norm("feature_projection.layer_norm", 4);
    add("feature_projection.projection", {8, 4});
    for (int i = 0; i < 7; ++i) {
      const std::string conv = fmt::format("feature_extractor.conv_layers.{}.", i);
      const int64_t kernel = i == 0 ? 10 : i < 5 ? 3 : 2;
      add(conv + "conv", {4, i == 0 ? 1 : 4, kernel});
      add_norm(conv + "layer_norm", 4);
    }
    for (int i = 0; i < 2; ++i) {
      const std::string layer = fmt::format("encoder.layers.{}.", i);
      for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
        add(layer + "attention." + part, {8, 8});
      }
      add(layer + "feed_forward.intermediate_dense", {12, 8});
      add(layer + "feed_forward.output_dense", {8, 12});
      add_norm(layer + "layer_norm", 8);
      add_norm(layer + "final_layer_norm", 8);
    }
    tensors["masked_spec_embed"] = random({8});
    tensors["encoder.pos_conv_embed.conv.bias"] = random({8});
    tensors["encoder.pos_conv_embed.conv.weight_g"] = random({1, 1, 6});
    tensors["encoder.pos_conv_embed.conv.weight_v"] = random({8, 4, 6});
  }
  ~MadeFolder() override { fs::remove_all(folder); }

  Tensor random(const tensor::Shape& shape) {
    Rng rng = Rng(1).fork(static_cast<uint64_t>(++made));
    Tensor x(shape);
    for (float& v : x.values()) v = static_cast<float>(0.3 * rng.normal());
    return x;
  }
  void add(const std::string& name, const tensor::Shape& shape) {
    tensors[name + ".weight"] = random(shape);
    tensors[name + ".bias"] = random({shape[0]});
  }
  void add_norm(const std::string& name, int64_t width) {
    tensors[name + ".weight"] = random({width});
    tensors[name + ".bias"] = random({width});
  }
  void save(const std::string& prefix = "") const {
    save_file(folder / "config.json", config.dump());
    formats::NamedTensors list;
    for (const auto& [name, tensor] : tensors) {
      list.emplace_back(name.starts_with("lm_head") ? name : prefix + name, tensor);
    }
    formats::save_safetensors(folder / "model.safetensors", list);
  }
  void rename(const std::string& from, const std::string& to) {
    const std::string stem = "encoder.pos_conv_embed.conv.";
    tensors[stem + to] = tensors.at(stem + from);
    tensors.erase(stem + from);
  }
  // The last hidden state of a fixed waveform, and who the encoder is.
  std::pair<std::vector<float>, std::string> read() {
    HuggingFaceFolder opened(folder);
    const auto hubert = load_hubert(opened, ops);
    std::vector<float> wave(3000);
    Rng rng(3);
    for (float& v : wave) v = static_cast<float>(rng.normal());
    return {ops.to_host(hubert(ops, ops.constant({1, 3000}, wave))),
            opened.weights.identity(opened.config, "").fingerprint};
  }
  std::string problem() {
    try {
      read();
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
      EXPECT_NE(std::string(e.what()).find(folder.string()), std::string::npos) << e.what();
      return e.what();
    }
    return "";
  }
  void expect_problem(std::initializer_list<const char*> words) {
    const std::string message = problem();
    for (const char* word : words) {
      EXPECT_NE(message.find(word), std::string::npos) << word << " in: " << message;
    }
  }

  fs::path folder;
  Json config;
  std::map<std::string, Tensor> tensors;
  int made = 0;
};

TEST_F(MadeFolder, SpellingsAndPrefixesMeanTheSameEncoder) {
  save();
  const auto [states, fingerprint] = read();
  rename("weight_g", "parametrizations.weight.original0");
  rename("weight_v", "parametrizations.weight.original1");
  save();
  EXPECT_EQ(read(), std::pair(states, fingerprint));
  tensors["lm_head.weight"] = random({32, 8});
  save("hubert.");
  EXPECT_EQ(read(), std::pair(states, fingerprint));
}

TEST_F(MadeFolder, FingerprintSeesWeightsAndConfig) {
  save();
  const std::string fingerprint = read().second;
  EXPECT_EQ(fingerprint.size(), 16u);
  tensors.at("encoder.layers.1.attention.k_proj.weight")[9] += 1e-6f;
  save();
  const std::string changed = read().second;
  EXPECT_NE(changed, fingerprint);
  config["num_attention_heads"] = 4;
  save();
  EXPECT_NE(read().second, changed);
}

TEST_F(MadeFolder, MissingMisshapenAndUnreadAreListedTogether) {
  tensors.erase("encoder.layers.0.layer_norm.bias");
  tensors["encoder.layers.1.final_layer_norm.weight"] = random({9});
  tensors["encoder.layers.2.layer_norm.bias"] = random({8});
  save();
  expect_problem({"'encoder.layers.0.layer_norm.bias' (8) is missing",
                  "'encoder.layers.1.final_layer_norm.weight' has shape (9), expected (8)",
                  "'encoder.layers.2.layer_norm.bias' (8) is not part of the model"});
}

TEST_F(MadeFolder, OtherComputationsAreRefusedByName) {
  save();
  EXPECT_EQ(problem(), "");
  const Json good = config;
  const std::vector<std::pair<const char*, Json>> changes = {
      {"model_type", "wavlm"},        {"hidden_act", "relu"},
      {"conv_pos_batch_norm", true},  {"feat_extract_activation", "swish"},
      {"num_feat_extract_layers", 6}, {"feat_extract_norm", "batch"},
      {"num_attention_heads", 3},     {"conv_dim", "wide"},
  };
  for (const auto& [key, value] : changes) {
    config = good;
    config[key] = value;
    save();
    expect_problem({key, "config.json"});
  }
  config = good;
  save();
  save_file(folder / "preprocessor_config.json", R"({"sampling_rate": 8000})");
  expect_problem({"preprocessor_config.json", "sampling_rate", "8000", "16000"});
  fs::remove(folder / "preprocessor_config.json");
  fs::remove(folder / "model.safetensors");
  expect_problem({"model.safetensors", "pytorch_model.bin"});
}

TEST_F(MadeFolder, DoNormalizeComesFromThePreprocessor) {
  save();
  EXPECT_TRUE(load_hugging_face_config(folder).do_normalize);
  save_file(folder / "preprocessor_config.json", R"({"do_normalize": false})");
  EXPECT_FALSE(load_hugging_face_config(folder).do_normalize);
}

TEST_F(MadeFolder, WindowsAgreeAwayFromTheirEdges) {
  save();
  const StoredEncoder stored(folder);
  const NativeHubert hubert = stored.make(ops);
  std::vector<float> wave(16000 * 3);
  Rng rng(3);
  for (float& v : wave) v = static_cast<float>(rng.normal());
  const Tensor whole = encode_last(ops, hubert, wave);
  const Tensor cut = encode_last(ops, hubert, wave, {60, 50, 20});
  ASSERT_EQ(cut.shape(), whole.shape());
  double mean = 0;
  for (int64_t i = 0; i < cut.size(); ++i) mean += std::abs(cut[i] - whole[i]);
  EXPECT_LT(mean / static_cast<double>(cut.size()), 0.1);  // attention sees another clip length
}

}  // namespace
}  // namespace flowtalk::encoder
