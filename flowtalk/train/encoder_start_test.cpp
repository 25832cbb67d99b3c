#include "flowtalk/train/encoder_start.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/files.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/formats/csv.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/encoder_stage.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

encoder::HubertConfig tiny() {
  encoder::HubertConfig c = encoder::small_hubert();
  c.conv_dim = {8, 8, 8, 8, 8, 8, 8};
  c.hidden_size = 16;
  c.num_hidden_layers = 1;
  c.intermediate_size = 32;
  c.num_conv_pos_embeddings = 8;
  c.num_conv_pos_embedding_groups = 4;
  return c;
}

encoder::HubertConfig live() {
  encoder::HubertConfig c = tiny();
  c.normalisation = encoder::Normalisation::kRunning;
  c.num_conv_pos_right = 1;
  c.attention_block = 4;
  c.attention_left = 40;
  return c;
}

// Phones of 0.2 s, each a tone of its own, with silences.
std::vector<data::PhoneClip> tones(int count) {
  std::vector<data::PhoneClip> clips;
  Rng rng(4);
  for (int i = 0; i < count; ++i) {
    data::PhoneClip clip{"tone", {}, {}};
    for (int k = 0; k < 10; ++k) {
      const int id = rng.chance(0.3) ? data::kSilence : static_cast<int>(rng.integer(1, 4));
      const double start = clip.audio.duration_s();
      for (int n = 0; n < 3200; ++n) {
        clip.audio.samples.push_back(
            id == data::kSilence ? 0.0f : static_cast<float>(0.1 * std::sin(0.15 * id * n)));
      }
      clip.phones.push_back({start, clip.audio.duration_s(), id});
    }
    clips.push_back(clip);
  }
  return clips;
}

// A checkpoint of an encoder with fresh weights.
void save_encoder(const std::filesystem::path& folder, const encoder::HubertConfig& config) {
  params::FreshParams fresh(7);
  const encoder::NativeHubert made(params::Scope<ops::NativeOps>(fresh) / "encoder", config);
  params::save_checkpoint(folder, Json{{"kind", "encoder"}, {"encoder", to_json(config)}},
                          fresh.tensors());
}

std::vector<double> column(const std::filesystem::path& csv, const std::string& name) {
  std::vector<double> values;
  size_t at = 0;
  formats::for_each_csv_line(
      load_file(csv), csv.string(), [&](const std::string& line, const std::string& where) {
        const auto cells = formats::csv_cells(line, 100, where);
        if (const auto number = formats::csv_number(cells[0])) {
          values.push_back(formats::csv_number(cells.at(at)).value());
          return;
        }
        at = static_cast<size_t>(std::find(cells.begin(), cells.end(), name) - cells.begin());
      });
  return values;
}

TEST(EncoderStart, TapsKeepTheirDistanceInTime) {
  tensor::Tensor weight({1, 2, 8});
  for (int64_t i = 0; i < 16; ++i) weight[i] = static_cast<float>(i + 1);
  auto to = live();  // 6 behind, 1 ahead; before 4 behind, 3 ahead
  const auto moved = moved_taps(weight, tiny(), to);
  const std::vector<float> wanted = {0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 9, 10, 11, 12, 13, 14};
  EXPECT_EQ(std::vector<float>(moved.values().begin(), moved.values().end()), wanted);
  const auto same = moved_taps(weight, tiny(), tiny());
  EXPECT_TRUE(std::equal(same.values().begin(), same.values().end(), weight.data()));
  to.num_conv_pos_embeddings = 2;  // 0 behind, 1 ahead
  EXPECT_EQ(moved_taps(weight, tiny(), to)[3], 14);
}

TEST(EncoderStart, LearnsFromThereAndPredictsNatively) {
  const tests::ScratchFolder folder;
  save_encoder(folder / "before", tiny());
  EncoderRun config;
  config.encoder = live();
  config.train.max_epoch = 2;
  config.train.steps_per_epoch = 25;
  config.train.batch = 4;
  config.train.lr = 5e-3f;
  config.train.warmup_steps = 5;
  config.window_s = 1;
  config.long_window_s = 2;
  config.gain_db = 12;
  config.silent_start = 0.5f;
  config.teacher = 0.01f;
  const auto training = tones(6), validation = tones(2);
  const Augment none;
  const RunFolder run({(folder / "run").string(), "cpu", 1, false, {}, true}, "encoder", config);
  train_encoder(config, run, training, validation, none, folder / "before");
  const auto losses = column(folder / "run" / "losses.csv", "total");
  ASSERT_EQ(losses.size(), 2u);
  EXPECT_LT(losses[1], 0.9 * losses[0]);
  EXPECT_EQ(column(folder / "run" / "losses.csv", "teacher").size(), 2u);

  const encoder::StoredEncoder stored(folder / "run" / "last");
  EXPECT_EQ(to_json(stored.config()), to_json(live()));
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const auto speech =
      encoder::speech_features(ops, stored.make(ops), training[0].audio.samples).values;
  EXPECT_EQ(speech.dim(1), 50);
}

TEST(EncoderStart, WhatCannotBeBegunFromIsRefused) {
  const tests::ScratchFolder folder;
  auto wider = tiny();
  wider.hidden_size = 24;
  save_encoder(folder / "wider", wider);
  EncoderRun config;
  config.encoder = live();
  const RunFolder run({(folder / "run").string(), "cpu", 1, false, {}, true}, "encoder", config);
  const auto clips = tones(1);
  const auto why = [&](const std::filesystem::path& from) {
    return tests::refusal([&] { train_encoder(config, run, clips, clips, {}, from); });
  };
  EXPECT_THAT(why(folder / "wider"), ::testing::HasSubstr("train with the same sizes"));
  config.teacher = 1;
  EXPECT_THAT(why(""), ::testing::HasSubstr("teacher: the encoder that training begins from"));
}

}  // namespace
}  // namespace flowtalk::train
