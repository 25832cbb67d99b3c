// Test harness: a Hugging Face folder of a tiny HuBERT with random weights, and what comes of it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {

struct HuggingFace : ::testing::Test {
  ThreadPool pool{2};
  ops::NativeOps ops{pool};
};

inline Json tiny_config(const char* norm) {
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

  tensor::Tensor random(const tensor::Shape& shape) {
    Rng rng = Rng(1).fork(static_cast<uint64_t>(++made));
    tensor::Tensor x(shape);
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
  formats::NamedTensors named(const std::string& prefix) const {
    formats::NamedTensors list;
    for (const auto& [name, tensor] : tensors) list.emplace_back(prefix + name, tensor);
    return list;
  }
  // `beside` keep their names, whatever the prefix of the encoder is.
  void save(const std::string& prefix = "", const formats::NamedTensors& beside = {}) const {
    save_file(folder / "config.json", config.dump());
    auto list = named(prefix);
    list.insert(list.end(), beside.begin(), beside.end());
    formats::save_safetensors(folder / "model.safetensors", list);
  }
  void rename(const std::string& from, const std::string& to) {
    const std::string stem = "encoder.pos_conv_embed.conv.";
    tensors[stem + to] = tensors.at(stem + from);
    tensors.erase(stem + from);
  }
  // The last hidden state of a fixed waveform, and who the encoder is.
  using Read = std::pair<std::vector<float>, std::string>;
  Read read(const std::filesystem::path& given) {
    const StoredEncoder stored(given);
    const auto hubert = stored.make(ops);
    std::vector<float> wave(3000);
    Rng rng(3);
    for (float& v : wave) v = static_cast<float>(rng.normal());
    return {ops.to_host(hubert(ops, ops.constant({1, 3000}, wave))), stored.identity().fingerprint};
  }
  Read read() { return read(folder); }
  // Of an encoder that is refused, by whoever encodes and by whoever only describes it.
  static std::string message_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
      return e.what();
    }
    return "";
  }
  std::string problem(const std::filesystem::path& given) {
    const std::string message = message_of([&] { read(given); });
    EXPECT_EQ(message_of([&] { describe_encoder(given); }), message);
    return message;
  }
  std::string problem() {
    const std::string message = problem(folder);
    if (message.empty()) return "";
    EXPECT_NE(message.find(folder.path().string()), std::string::npos) << message;
    return message;
  }
  void expect_problem(std::initializer_list<const char*> words) {
    const std::string message = problem();
    for (const char* word : words) {
      EXPECT_NE(message.find(word), std::string::npos) << word << " in: " << message;
    }
  }

  tests::ScratchFolder folder;
  Json config;
  std::map<std::string, tensor::Tensor> tensors;
  int made = 0;
};

}  // namespace flowtalk::encoder
