// Encoders in checkpoints of ours; those of Hugging Face are in hugging_face_test.cpp.
#include "flowtalk/encoder/stored_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/params/checkpoint.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

HubertConfig tiny() {
  HubertConfig config = small_hubert();
  config.conv_dim = {8, 8, 8, 8, 8, 8, 8};
  config.hidden_size = 16;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 2;
  config.intermediate_size = 16;
  config.num_conv_pos_embeddings = 4;
  config.num_conv_pos_embedding_groups = 2;
  return config;
}

struct Stored : ::testing::Test {
  void SetUp() override { NativeHubert(params::Scope<ops::NativeOps>(fresh) / "encoder", tiny()); }

  static std::string message_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  std::string refusal() {
    return message_of([&] { StoredEncoder(folder).make(ops); });
  }
  tensor::Tensor features(const std::vector<float>& voice) {
    const StoredEncoder stored(folder);
    EXPECT_FALSE(stored.identity().used());
    EXPECT_TRUE(stored.own_weights());
    return speech_features(ops, stored.make(ops), voice).values;
  }

  ThreadPool pool{1};
  ops::NativeOps ops{pool};
  params::FreshParams fresh{5};
  tests::ScratchFolder scratch;
  const fs::path folder = scratch / "encoder";
};

TEST_F(Stored, EncoderAndWholeModelAreTheSameToEveryReader) {
  std::vector<float> voice(16000);
  for (size_t i = 0; i < voice.size(); ++i) voice[i] = static_cast<float>(i * i % 61) / 61 - 0.5f;
  params::save_checkpoint(folder, {{"kind", "encoder"}, {"encoder", to_json(tiny())}},
                          fresh.tensors());
  const auto of_encoder = features(voice);
  EXPECT_EQ(of_encoder.shape(), (tensor::Shape{1, 25, 32}));
  auto more = fresh.tensors();
  more.emplace_back("generator/latent_mean", tensor::Tensor::zeros({3}));
  params::save_checkpoint(folder, {{"kind", "model"}, {"model", {{"encoder", to_json(tiny())}}}},
                          more);
  EXPECT_THAT(features(voice).values(), ::testing::ElementsAreArray(of_encoder.values()));
}

TEST_F(Stored, WhatHoldsNoEncoderIsRefused) {
  EXPECT_THAT(refusal(), HasSubstr("no such folder"));
  params::save_checkpoint(folder, {{"kind", "prior"}, {"model", Json::object()}}, fresh.tensors());
  EXPECT_THAT(refusal(), HasSubstr("describes no encoder"));
  const ExternalEncoder other{"0123456789abcdef", 7, "hubert-base"};
  params::save_checkpoint(
      folder, {{"model", {{"encoder", to_json(tiny())}, {"external_encoder", to_json(other)}}}},
      fresh.tensors());
  EXPECT_THAT(refusal(), HasSubstr("has no encoder inside"));
  EXPECT_THAT(message_of([&] { StoredEncoder(folder / "weights.safetensors"); }),
              HasSubstr("has no encoder inside"));
  fs::copy_file(folder / "weights.safetensors", folder / "other.safetensors");
  EXPECT_THAT(message_of([&] { StoredEncoder(folder / "other.safetensors"); }),
              HasSubstr("is not what the checkpoint around it reads"));
  auto tensors = fresh.tensors();
  tensors.pop_back();
  params::save_checkpoint(folder, {{"encoder", to_json(tiny())}}, tensors);
  EXPECT_THAT(refusal(), HasSubstr("is missing"));
}

TEST_F(Stored, PairsStandSideBySide) {
  tensor::Tensor frames({1, 4, 2});
  for (int64_t i = 0; i < frames.size(); ++i) frames[i] = static_cast<float>(i);
  const auto pairs = pair_frames(ops, frames);
  EXPECT_EQ(pairs.shape(), (tensor::Shape{1, 2, 4}));
  EXPECT_THAT(pairs.values(), ::testing::ElementsAreArray(frames.values()));
}

}  // namespace
}  // namespace flowtalk::encoder
