// The options of `predict` and `talk` that say how a voice is to be spoken: whose style, which
// emotion, how strong, how varied. docs/control.md explains them.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/curve.h"
#include "apps/model_choice.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::apps {

// An emotion as the user wrote it.
struct Mood {
  std::array<float, 8> weights{};
  std::string label;     // "happy", "happy60-surprised40"
  bool neutral() const;  // nothing but neutral: strength has no effect
};
Mood parse_mood(const std::string& text);
// Each text a mood, "all" all emotions; none at all is neutral.
std::vector<Mood> parse_moods(const std::vector<std::string>& texts);

// A style's index, or model::kAverageStyle for "average", which stands for people not among the 32.
int parse_style_or_average(const std::string& text);

// "strength-0.80" with '-'; more than two decimals where they are needed.
std::string strength_label(double strength, char joint);

// How strong: --PREFIXintensity or --PREFIXstrength.
struct StrengthOptions {
  std::string intensity = "medium";
  std::optional<double> strength;  // none: the intensity says it

  void add_to(CLI::App& app, const std::string& prefix = "");
  float value() const;                  // usage Error: an unknown level
  std::string label(char joint) const;  // "medium", "strength-0.80" with '-'
};

struct Performance {
  ModelChoice model;
  StrengthOptions strength;
  std::string subject, style;
  std::string templates;  // where the subject's face stands; then it need not be a style
  std::optional<double> temperature;  // none: the usual one of the model's family
  double guidance = 1;
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
  // Usage Error: an option that only chance could follow, for a model of a family without any.
  void check_family(const predict::Model& model, int samples = 1) const;
  // Checks every value; usage Errors. `mood` none but neutral gets strength 0.
  predict::PredictOptions options(const Mood& mood) const;
  // What add_sampling_to reads; part of options().
  void sample_into(predict::PredictOptions& options) const;
  // Those of `face` where the model does not move the built-in head; null where none are needed.
  std::shared_ptr<const predict::RegionShares> regions(const predict::Session& session) const;
  std::string temperature_label(
      double usual) const;  // "0.3", "lips:0.1,eyes:0.3,brows:0.8,rest:0.3"
};

}  // namespace flowtalk::apps
