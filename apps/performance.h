// The options of `predict` and `talk` that say how a voice is to be spoken: whose style, which
// emotion, how strong, how varied.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <string>

#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {

// An emotion as the user wrote it.
struct Mood {
  std::array<float, 8> weights{};
  std::string label;     // "happy", "happy60-surprised40"
  bool neutral() const;  // nothing but neutral: strength has no effect
};
Mood parse_mood(const std::string& text);

// A style's index, or model::kAverageStyle for "average", which stands for people not among the 32.
int parse_style_or_average(const std::string& text);

struct Performance {
  std::string checkpoint, encoder, subject, style, intensity = "medium";
  std::string templates;  // where the subject's face stands; then it need not be a style
  double strength = -1;   // below zero: take the intensity
  double temperature = 0.3;
  bool deterministic = false;
  uint64_t seed = 0;
  uint32_t take = 0;
  int threads = 0;  // 0: one per hardware thread

  void add_to(CLI::App& app);
  // Of those only what does not belong to one voice: temperature, seed, checkpoint, threads.
  void add_sampling_to(CLI::App& app);
  // Checks every value; usage Errors. `mood` none but neutral gets strength 0.
  predict::PredictOptions options(const Mood& mood) const;
  std::string level_label() const;  // "medium", "strength0.80"
  predict::Predictor load() const;
};

}  // namespace flowtalk::apps
