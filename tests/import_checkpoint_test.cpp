// Checkpoints of published systems, imported: a voice and their file in, the motion out that these
// systems give. The data is no part of the repository; tests skip where it is absent.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/foreign/import.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/nn/golden_params.h"
#include "flowtalk/params/checkpoint.h"
#include "tests/imports.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using formats::SafetensorsFile;

// One voice of a folder's config.json, as it is asked for.
struct Voice {
  std::string name;
  audio::Audio audio;
  predict::PredictOptions options;
};

std::vector<Voice> voices_of(const fs::path& folder) {
  const Json config = parse_json(load_file(folder / "config.json"), "config.json");
  const Conditions& known = mead_conditions();
  std::vector<Voice> voices;
  for (const Json& said : config["voices"]) {
    Voice& voice = voices.emplace_back();
    voice.name = fmt::format("voice{}", voices.size() - 1);
    voice.audio = audio::load_audio(folder / said["file"].get<std::string>());
    const int emotion = said["emotion"].get<int>();
    voice.options.asked.style = parse_style(said["identity"].get<std::string>(), known);
    voice.options.asked.emotion = known.only(emotion);
    voice.options.asked.strength =
        emotion == kNeutral ? 0.0f : known.strength_of(said["intensity"].get<int>());
  }
  return voices;
}

// Values of a motion, as a table of 403 columns, against stored ones.
void expect_rows(const motion::Motion& motion, const SafetensorsFile& cases,
                 const std::string& name, double bound) {
  const tensor::Tensor got = motion::rows_of(motion, motion::kWideRow), want = cases.load(name);
  ASSERT_EQ(got.shape(), want.shape()) << name;
  double largest = 0;
  for (int64_t i = 0; i < got.size(); ++i) {
    const double away = std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    if (!(away <= largest)) largest = away;
  }
  EXPECT_LE(largest, bound) << name;
}

TEST_F(Imports, ProbTalk3DWithCodes) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  const auto session = imported(options(folder, folder / "config.json"));
  EXPECT_EQ(session.config().prior.kind, prior::Kind::kSequenceVqvae);
  const SafetensorsFile cases(folder / "cases.safetensors");
  for (Voice& voice : voices_of(folder)) {
    const auto speech = session.encode(voice.audio);
    voice.options.temperature = 0.0f;
    expect_rows(session.predict(speech, voice.options), cases, voice.name + ".flame_params", 1e-4);
    for (const float temperature : {0.2f, 0.5f}) {
      const std::string stored = fmt::format("{}.sampled_t{}.", voice.name, temperature);
      const auto given = chance();
      given->uniforms = values_of(cases, stored + "uniform");
      voice.options.temperature = temperature;
      voice.options.given = given;
      expect_rows(session.predict(speech, voice.options), cases, stored + "flame_params", 1e-4);
    }
  }
}

TEST_F(Imports, ProbTalk3DsVae) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_vae_release");
  const auto session = imported(options(folder / "stage_2", folder / "config.json"));
  const SafetensorsFile cases(folder / "cases.safetensors");
  for (Voice& voice : voices_of(folder)) {
    const auto speech = session.encode(voice.audio);
    const auto given = chance();
    given->eps = values_of(cases, voice.name + ".eps");
    voice.options.given = given;
    const auto check = [&](std::optional<float> temperature, const std::string& stored) {
      voice.options.temperature = temperature;
      expect_rows(session.predict(speech, voice.options), cases, voice.name + stored, 2e-4);
    };
    check(0.0f, ".mean.flame_params");
    check(1.0f, ".fact1.flame_params");
    check(20.0f, ".fact20.flame_params");
    check(std::nullopt, ".fact20.flame_params");
  }
}

// The older layout, one file each.
TEST_F(Imports, ProbTalk3DsOlderFiles) {
  FT_GOLDEN_FOLDER(folder, "probtalk3d");
  const SafetensorsFile cases(folder / "cases.safetensors");
  const Json config = parse_json(load_file(folder / "config.json"), "config.json");
  for (const std::string kind : {"vqvae", "vae"}) {
    const auto session = imported(options(folder / (kind + "_pred.ckpt"), folder / "config.json"));
    for (const Json& said : config["full_paths"]) {
      const std::string name = said["name"].get<std::string>();
      const int emotion = said["emotion"].get<int>();
      predict::PredictOptions o;
      o.asked.style = said["identity_index"].get<int>();
      o.asked.emotion = mead_conditions().only(emotion);
      o.asked.strength =
          emotion == kNeutral ? 0.0f : mead_conditions().strength_of(said["intensity"].get<int>());
      o.deterministic = true;
      const audio::Audio audio{flame::kAudioHz, values_of(cases, name + ".audio")};
      const std::string stored = kind == "vae" ? ".vae.flame_params_mean" : ".vqvae.flame_params";
      expect_rows(session.predict(audio, o), cases, name + stored, 3e-4);
    }
  }
}

TEST_F(Imports, FaceDiffuserForMead) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_diffuser_mead_1000");
  const auto session = imported(options(folder / "params", folder / "config.json"));
  const SafetensorsFile cases(folder / "cases.safetensors");
  for (Voice& voice : voices_of(folder)) {
    const auto speech = session.encode(voice.audio);
    const std::string name = "params." + voice.name;
    const auto given = chance();
    given->noise = values_of(cases, name + ".noise");
    voice.options.given = given;
    expect_rows(session.predict(speech, voice.options), cases, name + ".ddim_skip900.flame_params",
                2e-5);
    const auto check = [&](const std::string& stored) {
      if (!cases.contains(name + stored)) return;
      const auto live = live_of(session.predict(speech, voice.options));
      const auto want = values_of(cases, name + stored);
      ASSERT_EQ(static_cast<int64_t>(want.size()), live.size());
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(live[static_cast<int64_t>(i)], want[i], 2e-5) << name << stored << " " << i;
      }
    };
    voice.options.skip_steps = 990;
    check(".ddim_skip990.final");
    voice.options.skip_steps = 0;
    check(".ddim_skip0.final");
    if (!cases.contains(name + ".step_noise")) continue;
    given->step_noise = values_of(cases, name + ".step_noise");
    voice.options.skip_steps = 950;
    voice.options.sampler = diffusion::Sampler::kDdpm;
    check(".ddpm_skip950.final");
  }
}

TEST_F(Imports, DiffusionOverTheLatentsOfAVae) {
  FT_GOLDEN_FOLDER(folder, "lineage/vae_diffusion");
  auto o = options(folder / "face_diffuser_mead_85.pth",
                   folder.parent_path() / "face_diffuser_mead_1000" / "config.json");
  o.heads = 4;
  const auto session = imported(o);
  const SafetensorsFile cases(folder / "cases.safetensors");
  for (Voice& voice : voices_of(folder)) {
    const auto given = chance();
    given->noise = values_of(cases, voice.name + ".noise");
    voice.options.given = given;
    expect_rows(session.predict(voice.audio, voice.options), cases, voice.name + ".flame_params",
                2e-4);
  }
}

// A prior alone is what the second stage holds of it.
TEST_F(Imports, TheFirstStageIsAPrior) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  auto o = options(folder / "stage_1", "");
  EXPECT_FALSE(foreign::import_checkpoint(o).whole);
  const auto prior = params::load_checkpoint(o.output);
  EXPECT_EQ(prior.config["kind"], "prior");
  o = options(folder / "stage_2", folder / "config.json");
  o.output = (root / "whole").string();
  foreign::import_checkpoint(o);
  const auto whole = params::load_checkpoint(o.output);
  EXPECT_EQ(prior.config["model"]["prior"], whole.config["model"]["prior"]);
  for (const auto& name : prior.weights.names()) {
    const auto a = prior.weights.load(name), b = whole.weights.load(name);
    EXPECT_TRUE(std::equal(a.data(), a.data() + a.size(), b.data())) << name;
  }
}

TEST_F(Imports, WhatDoesNotFitIsRefusedInOneLine) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  auto o = options(folder / "stage_2", folder / "config.json");
  o.heads = 7;
  EXPECT_NE(refusal(o).find("num_heads is 8 there, heads says 7"), std::string::npos);
  o = options(folder / "stage_2", "");
  EXPECT_NE(refusal(o).find("24 wide, and no shape tells its heads"), std::string::npos);
  FT_GOLDEN_FOLDER(composed, "lineage/vae_diffusion");
  o = options(composed, folder / "config.json");
  o.heads = 5;
  EXPECT_NE(refusal(o).find("5 attention heads do not divide the width 32"), std::string::npos);
  const std::string bytes =
      load_file(folder / "stage_2/lightning_logs/version_0/checkpoints/last.ckpt");
  save_file(root / "cut.ckpt", std::string_view(bytes).substr(0, bytes.size() / 2));
  o = options(root / "cut.ckpt", folder / "config.json");
  EXPECT_NE(refusal(o).find("cut.ckpt"), std::string::npos);
}

}  // namespace
}  // namespace flowtalk::tests
