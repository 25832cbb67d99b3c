// The options of `predict` and `talk` that say how a voice is to be spoken: whose style, which
// emotion, how strong, how varied. docs/control.md explains them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/curve.h"
#include "apps/model_choice.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {

// An emotion as the user wrote it.
struct Mood {
  std::vector<float> weights;  // of the model's emotions
  std::string label;           // "happy", "happy60-surprised40"
  bool neutral() const;        // nothing but neutral: strength has no effect
};
Mood parse_mood(const std::string& text, const Conditions& conditions);
// Each text a mood, "all" all emotions; none at all is neutral.
std::vector<Mood> parse_moods(const std::vector<std::string>& texts, const Conditions& conditions);

// A style's index, or model::kAverageStyle for "average", which stands for people not among them.
int parse_style_or_average(const std::string& text, const Conditions& conditions);

// For help, of the default conditions: "a name, 0-7, a mix such as ..."; "one of 32: M003 ...
// W029".
std::string emotion_help();
std::string style_help();

// "strength-0.80" with '-'; more than two decimals where they are needed.
std::string strength_label(double strength, char joint);

// How strong: --PREFIXintensity or --PREFIXstrength.
struct StrengthOptions {
  bool highest = false;                  // which level it is if none is given: this or the middle
  std::optional<std::string> intensity;  // a level
  std::optional<double> strength;        // none: the intensity says it

  void add_to(CLI::App& app, const std::string& prefix = "");
  int level(const Conditions& conditions) const;    // usage Error: an unknown one
  float value(const Conditions& conditions) const;  // usage Error: an unknown level
  // "medium", "strength-0.80" with '-'
  std::string label(char joint, const Conditions& conditions) const;
};

struct Performance {
  ModelChoice model;
  StrengthOptions strength;
  std::string subject, style;
  std::string templates;  // where the subject's face stands; then it need not be a style
  double temperature = 0.3, guidance = 1;
  std::optional<predict::RegionTemperatures> region_temperature;
  CurveOption curve;
  std::string face = "builtin";  // the model's, for temperatures per region
  bool deterministic = false;
  std::optional<double> blinks;  // per minute
  uint64_t seed = 0;
  uint32_t take = 0;

  void add_to(CLI::App& app);
  // Of those only what does not belong to one voice: temperature, seed, checkpoint, threads.
  void add_sampling_to(CLI::App& app);
  // Usage Error: `deterministic`, beside an option that only chance could follow.
  void check_chance(const CLI::App& app) const;
  // Checks every value; usage Errors. `mood` none but neutral gets strength 0.
  predict::PredictOptions options(const Mood& mood, const Conditions& conditions) const;
  // What add_sampling_to reads; part of options().
  void sample_into(predict::PredictOptions& options) const;
  // Those of `face` where the model does not move the built-in head; null where none are needed.
  std::shared_ptr<const predict::RegionShares> regions(const predict::Predictor& predictor) const;
  std::string temperature_label() const;  // "0.3", "lips:0.1,eyes:0.3,brows:0.8,rest:0.3"
};

}  // namespace flowtalk::apps
