// Reading Hugging Face folders: golden states, both spellings, and what is refused.
#include "flowtalk/encoder/hugging_face.h"

#include <gtest/gtest.h>

#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/made_folder.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {
namespace {

namespace fs = std::filesystem;
using ops::NativeOps;
using tensor::Tensor;

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
  const NativeHubert hubert(params::Scope<NativeOps>(source), opened.config.sizes);
  weights.finish();
  EXPECT_EQ(weights.identity(opened.config.sizes, "").fingerprint,
            opened.weights.identity(opened.config.sizes, "").fingerprint);
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

// wav2vec 2.0 computes what HuBERT does: the golden states come out of the same weights under its
// names, with the parts of its pre-training beside them.
TEST_P(GoldenHubert, TheSameWeightsAsWav2Vec2) {
  const tests::ScratchFolder made;
  Json config = parse_json(load_file(folder / "config.json"), "config.json");
  config["model_type"] = "wav2vec2";
  config["architectures"] = {"Wav2Vec2ForPreTraining"};
  config.erase("feat_proj_layer_norm");
  config["num_codevectors_per_group"] = 320;
  save_file(made / "config.json", config.dump());
  const formats::SafetensorsFile weights(folder / "model.safetensors");
  formats::NamedTensors tensors;
  for (const auto& name : weights.names()) {
    tensors.emplace_back("wav2vec2." + name, weights.load(name));
  }
  for (const char* name : {"quantizer.codevectors", "project_hid.weight", "project_q.bias"}) {
    tensors.emplace_back(name, Tensor::zeros({2, 3}));
  }
  formats::save_safetensors(made / "model.safetensors", tensors);
  HuggingFaceFolder opened(made);
  EXPECT_EQ(opened.config.network, "wav2vec 2.0");
  EXPECT_EQ(opened.weights.left_unread(),
            (std::vector<std::string>{"project_hid", "project_q", "quantizer"}));
  check_golden_cases(load_hubert(opened, ops), ops, folder / "cases.safetensors", 5e-5);
}

// The HuBERT inside a checkpoint of ProbTalk3D, under its own prefix.
TEST_F(HuggingFace, InsideAProbTalk3DCheckpoint) {
  const fs::path golden = golden_folder("probtalk3d");
  if (!fs::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  const Json config = parse_json(load_file(golden / "config.json"), "config.json")["hubert"];
  const tests::ScratchFolder folder;
  save_file(folder / "config.json", config.dump());
  const HubertConfig hubert_config = load_hugging_face_config(folder).sizes;
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

TEST_F(MadeFolder, SpellingsAndPrefixesMeanTheSameEncoder) {
  save();
  const Read plain = read();
  rename("weight_g", "parametrizations.weight.original0");
  rename("weight_v", "parametrizations.weight.original1");
  for (const char* prefix : {"", "hubert.", "module.", "module.hubert.", "model.hubert.",
                             "wav2vec2.", "encoder.", "feature_extractor.audiomodel."}) {
    save(prefix);
    EXPECT_EQ(read(), plain) << prefix;
    EXPECT_EQ(describe_encoder(folder).left_unread, "") << prefix;
  }
  tensors.erase("encoder.layer_norm.bias");
  save("module.");
  expect_problem({"'module.encoder.layer_norm.bias' (8) is missing"});
}

TEST_F(MadeFolder, HeadsAreLeftUnreadAndListedOnce) {
  save();
  const Read plain = read();
  const auto x = [&] { return random({3, 8}); };
  save("hubert.", {{"classifier.dense.weight", x()},
                   {"classifier.dense.bias", x()},
                   {"projector.weight", x()},
                   {"layer_weights", x()},
                   {"lm_head.weight", x()}});
  EXPECT_EQ(read(), plain);
  EXPECT_EQ(describe_encoder(folder).left_unread,
            folder.path().string() +
                ": parts beside the encoder are left unread: 'classifier', "
                "'layer_weights', 'lm_head', 'projector'");
  save("", {{"final_proj.weight", x()}, {"label_embs_concat", x()}});
  EXPECT_EQ(read(), plain);
  EXPECT_NE(describe_encoder(folder).left_unread.find("'final_proj', 'label_embs_concat'"),
            std::string::npos);
  save("model.hubert.", {{"model.classifier.weight", x()}, {"loss\n.weight", x()}});
  EXPECT_EQ(read(), plain);
  EXPECT_NE(describe_encoder(folder).left_unread.find("'loss\\x0a', 'model.classifier'"),
            std::string::npos)
      << describe_encoder(folder).left_unread;
}

TEST_F(MadeFolder, WhichEncoderIsMeantMustBeClear) {
  auto twice = named("teacher.");
  save("student.", twice);
  expect_problem({"model.safetensors", "2 encoders", "'student.'", "'teacher.'"});
  tensors.clear();
  tensors["feature_extractor.conv_layers.0.0.weight"] = random({4, 1, 10});
  save("model.");
  expect_problem({"model.safetensors", "fairseq"});
  tensors.clear();
  tensors["bert.embeddings.weight"] = random({4});
  save();
  expect_problem({"holds no HuBERT", "'bert.embeddings.weight'"});
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
      {"model_type", "whisper"},      {"model_type", "data2vec-audio"},
      {"model_type", "bert"},         {"adapter_attn_dim", 16},
      {"add_adapter", true},          {"sampling_rate", 8000},
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
  save_file(folder / "processor_config.json", R"({"feature_extractor": {"sampling_rate": 8000}})");
  expect_problem({"processor_config.json", "sampling_rate", "8000", "16000"});
  fs::remove(folder / "processor_config.json");
  fs::remove(folder / "model.safetensors");
  expect_problem({"model.safetensors", "pytorch_model.bin"});
}

TEST_F(MadeFolder, DoNormalizeComesFromThePreprocessor) {
  save();
  EXPECT_TRUE(load_hugging_face_config(folder).sizes.do_normalize);
  save_file(folder / "preprocessor_config.json", R"({"do_normalize": false})");
  EXPECT_FALSE(load_hugging_face_config(folder).sizes.do_normalize);
}

TEST_F(MadeFolder, TheNetworkIsToldByTypeOrClass) {
  save();
  const Read plain = read();
  EXPECT_EQ(describe_encoder(folder).network, "HuBERT");
  config.erase("model_type");
  for (const auto& [name, network] : {std::pair("HubertForSequenceClassification", "HuBERT"),
                                      std::pair("Wav2Vec2ForCTC", "wav2vec 2.0")}) {
    config["architectures"] = {name};
    save();
    EXPECT_EQ(describe_encoder(folder).network, network);
    EXPECT_EQ(read(), plain);
  }
  config["architectures"] = {"Wav2Vec2ConformerModel"};
  save();
  expect_problem({"config.json", "Wav2Vec2ConformerModel", "wav2vec 2.0 (wav2vec2) only"});
  config["model_type"] = "wavlm";
  save();
  expect_problem({"config.json", "model_type is \"wavlm\"", "WavLM is another network"});
}

TEST_F(MadeFolder, OtherFrameRatesAreNotForMotion) {
  save();
  EXPECT_EQ(describe_encoder(folder).not_for_motion, "");
  config["conv_stride"] = {5, 2, 2, 2, 2, 2, 1};
  save();
  EXPECT_NE(describe_encoder(folder).not_for_motion.find("every 160"), std::string::npos);
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
