#include "apps/performance.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "apps/command_line.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/words.h"
#include "flowtalk/face/face.h"

namespace flowtalk::apps {
namespace {

double temperature_in(const std::string& text, const std::string& whole) {
  double value = -1;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = code == std::errc() && end == text.data() + text.size();
  if (!read || !(value >= 0 && value <= 1)) {
    fail_usage("--temperature {}: expected between 0 and 1; 0.1 to 0.5 is useful", whole);
  }
  return value;
}

// "0.3", "lips:0.1,brows:0.8" or "0.2,lips:0.1": a bare number is for all regions not named.
void read_temperature(const std::string& text, Performance& p) {
  std::vector<std::pair<size_t, float>> named;
  bool bare = false;
  for (const std::string& part : parts_of(text, ',')) {
    const size_t colon = part.find(':');
    if (colon == std::string::npos) {
      if (bare) fail_usage("--temperature {}: two bare numbers; one is for all regions", text);
      bare = true;
      p.temperature = temperature_in(part, text);
      continue;
    }
    const std::string name = part.substr(0, colon);
    const auto& names = predict::kMotionRegionNames;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      fail_usage("--temperature {}: unknown region '{}'{}; expected lips, eyes, brows or rest",
                 text, name, did_you_mean(name, {names.begin(), names.end()}));
    }
    const auto region = static_cast<size_t>(found - names.begin());
    for (const auto& [other, value] : named) {
      if (other == region) fail_usage("--temperature {}: {} is there twice", text, name);
    }
    named.emplace_back(region, static_cast<float>(temperature_in(part.substr(colon + 1), text)));
  }
  if (named.empty()) return;
  p.region_temperature.emplace().fill(static_cast<float>(p.temperature));
  for (const auto& [region, value] : named) (*p.region_temperature)[region] = value;
}

}  // namespace

bool Mood::neutral() const { return weights[kNeutral] >= 1.0f; }

Mood parse_mood(const std::string& text, const Conditions& conditions) {
  Mood mood{parse_emotion_mix(text, conditions), ""};
  for (size_t i = 0; i < mood.weights.size(); ++i) {
    const float weight = mood.weights[i];
    if (weight <= 0) continue;
    if (!mood.label.empty()) mood.label += "-";
    mood.label += conditions.emotions[i];
    if (weight < 1) mood.label += std::to_string(std::lround(100 * weight));
  }
  return mood;
}

int parse_style_or_average(const std::string& text, const Conditions& conditions) {
  return text == "average" ? static_cast<int>(model::kAverageStyle) : parse_style(text, conditions);
}

std::string emotion_help() {
  return fmt::format("a name, 0-{}, a mix such as happy:0.6,surprised:0.4",
                     default_conditions().emotions.size() - 1);
}

std::string style_help() {
  const auto& styles = default_conditions().styles;
  return fmt::format("one of {}: {} ... {}", styles.size(), styles.front(), styles.back());
}

std::vector<Mood> parse_moods(const std::vector<std::string>& texts, const Conditions& conditions) {
  std::vector<Mood> moods;
  for (const std::string& text : texts) {
    if (text == "all") {
      for (const auto& name : conditions.emotions) moods.push_back(parse_mood(name, conditions));
    } else {
      moods.push_back(parse_mood(text, conditions));
    }
  }
  if (moods.empty()) moods.push_back(parse_mood(conditions.emotions[kNeutral], conditions));
  return moods;
}

void StrengthOptions::add_to(CLI::App& app, const std::string& prefix) {
  const Conditions& usual = default_conditions();
  auto* level_option = app.add_option(
      "--" + prefix + "intensity", intensity,
      fmt::format("{} or 0-{} (default {}; neutral has one level)", fmt::join(usual.levels, ", "),
                  usual.levels.size() - 1, usual.levels[static_cast<size_t>(level(usual))]));
  const std::string option = "--" + prefix + "strength";
  app.add_option_function<double>(
         option,
         [this, option](double value) {
           if (!(value >= 0 && value <= kMaxStrength)) {
             fail_usage("{} {}: expected between 0 and {}", option, value, kMaxStrength);
           }
           strength = value;
         },
         "any strength instead of a level: 0 is neutral, 1 is high, 1.25 the most")
      ->excludes(level_option);
}

int StrengthOptions::level(const Conditions& conditions) const {
  if (intensity) return parse_level(*intensity, conditions);
  return highest ? static_cast<int>(conditions.levels.size()) - 1 : conditions.usual_level();
}

float StrengthOptions::value(const Conditions& conditions) const {
  return strength ? static_cast<float>(*strength) : conditions.strength_of(level(conditions));
}

std::string strength_label(double strength, char joint) {
  std::string number = fmt::format("{:.2f}", strength);
  if (std::stod(number) != strength) number = fmt::format("{}", strength);
  return fmt::format("strength{}{}", joint, number);
}

std::string StrengthOptions::label(char joint, const Conditions& conditions) const {
  if (strength) return strength_label(*strength, joint);
  return conditions.levels[static_cast<size_t>(level(conditions))];
}

void Performance::add_to(CLI::App& app) {
  app.add_option("--id", style,
                 fmt::format("speaking style, {}, or average (default {})", style_help(),
                             default_conditions().styles.front()));
  app.add_option("--subject", subject,
                 "whose face, as in the reference: with --templates its mesh or shape; it is the "
                 "style when --id is not given");
  strength.add_to(app);
  app.add_option("--take", take, "another take of the same seed (default 0)");
  add_sampling_to(app);
}

void Performance::add_sampling_to(CLI::App& app) {
  app.add_option_function<std::string>(
      "--temperature", [this](const std::string& text) { read_temperature(text, *this); },
      fmt::format(
          "how much chance is in a sample, 0.1 to 0.5 is useful (default 0.3; eyes and brows "
          "take {} times as much); per region: lips:0.1,eyes:0.4,brows:0.8,rest:0.3",
          predict::kUpperFaceGain));
  app.add_option_function<double>(
      "--guidance",
      [this](double value) {
        if (!(value >= 0 && value <= predict::kMaxGuidance)) {
          fail_usage("--guidance {}: expected between 0 and {}; 1 to 2 is useful", value,
                     predict::kMaxGuidance);
        }
        guidance = value;
      },
      "exaggerates the emotion: 1 is off, 1 to 2 is useful (default 1)");
  app.add_flag("--deterministic", deterministic, "the one most typical answer, no chance in it");
  app.add_option(
         "--blinks", blinks,
         fmt::format("per minute, 0 to {} (default {}, none where nothing is left to chance; "
                     "0: never)",
                     predict::kMaxBlinks, predict::kUsualBlinks))
      ->check(number_between(0, predict::kMaxBlinks));
  app.add_option("--seed", seed, "the same seed gives the same motion (default 0)")
      ->check(whole_number());
  model.add_to(app);
}

void Performance::check_chance(const CLI::App& app) const {
  if (!deterministic) return;
  const bool blinking = blinks && *blinks > 0;  // by seed and take
  for (const char* option : {"--temperature", "--take", "--seed", "--num-samples"}) {
    const CLI::Option* known = app.get_option_no_throw(option);
    if (known == nullptr || known->count() == 0) continue;
    const std::string_view name = option;
    if (name == "--num-samples" && known->as<int>() == 1) continue;
    if (blinking && name != "--temperature") continue;
    fail_usage(
        "{}: nothing is left to chance (--deterministic), so it has no effect; leave one out",
        option);
  }
}

predict::PredictOptions Performance::options(const Mood& mood, const Conditions& conditions) const {
  predict::PredictOptions options;
  options.emotion = mood.weights;
  const float wanted = strength.value(conditions);
  options.strength = mood.neutral() ? 0.0f : wanted;
  const bool of_style = !subject.empty() && (style.empty() || templates.empty());
  const int other = of_style ? parse_style(subject, conditions) : 0;
  options.style = style.empty() ? other : parse_style_or_average(style, conditions);
  options.take = take;
  sample_into(options);
  return options;
}

void Performance::sample_into(predict::PredictOptions& options) const {
  options.temperature = static_cast<float>(temperature);
  options.region_temperature = region_temperature;
  options.guidance = static_cast<float>(guidance);
  options.deterministic = deterministic;
  if (blinks) options.blinks_per_minute = static_cast<float>(*blinks);
  options.seed = seed;
}

std::shared_ptr<const predict::RegionShares> Performance::regions(
    const predict::Predictor& predictor) const {
  if (!region_temperature || predictor.config().axes == motion::Axes::kBuiltin) return nullptr;
  return std::make_shared<predict::RegionShares>(face::load_face(face));
}

std::string Performance::temperature_label() const {
  if (!region_temperature) return fmt::format("{}", temperature);
  std::string label;
  for (size_t r = 0; r < predict::kMotionRegions; ++r) {
    label += fmt::format("{}{}:{}", r == 0 ? "" : ",", predict::kMotionRegionNames[r],
                         (*region_temperature)[r]);
  }
  return label;
}

}  // namespace flowtalk::apps
