#include "apps/performance.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "apps/command_line.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/face/face.h"

namespace flowtalk::apps {
namespace {

constexpr double kUsual = generate::family_of(generate::Kind::kFlow).temperature.usual;

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
  for (size_t start = 0; start <= text.size();) {
    const size_t comma = std::min(text.find(',', start), text.size());
    const std::string part = text.substr(start, comma - start);
    start = comma + 1;
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
  p.region_temperature.emplace().fill(static_cast<float>(p.temperature.value_or(kUsual)));
  for (const auto& [region, value] : named) (*p.region_temperature)[region] = value;
}

}  // namespace

bool Mood::neutral() const { return weights[kNeutral] >= 1.0f; }

Mood parse_mood(const std::string& text) {
  Mood mood{parse_emotion_mix(text), ""};
  for (size_t i = 0; i < kEmotions.size(); ++i) {
    const float weight = mood.weights[i];
    if (weight <= 0) continue;
    if (!mood.label.empty()) mood.label += "-";
    mood.label += kEmotions[i];
    if (weight < 1) mood.label += std::to_string(std::lround(100 * weight));
  }
  return mood;
}

int parse_style_or_average(const std::string& text) {
  return text == "average" ? static_cast<int>(model::kAverageStyle) : parse_style(text);
}

std::vector<Mood> parse_moods(const std::vector<std::string>& texts) {
  std::vector<Mood> moods;
  for (const std::string& text : texts) {
    if (text == "all") {
      for (const auto name : kEmotions) moods.push_back(parse_mood(std::string(name)));
    } else {
      moods.push_back(parse_mood(text));
    }
  }
  if (moods.empty()) moods.push_back(parse_mood("neutral"));
  return moods;
}

void StrengthOptions::add_to(CLI::App& app, const std::string& prefix) {
  auto* level = app.add_option(
      "--" + prefix + "intensity", intensity,
      fmt::format("low, medium, high or 0-2 (default {}; neutral has one level)", intensity));
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
      ->excludes(level);
}

float StrengthOptions::value() const {
  return strength ? static_cast<float>(*strength) : strength_of_level(parse_level(intensity));
}

std::string strength_label(double strength, char joint) {
  std::string number = fmt::format("{:.2f}", strength);
  if (std::stod(number) != strength) number = fmt::format("{}", strength);
  return fmt::format("strength{}{}", joint, number);
}

std::string StrengthOptions::label(char joint) const {
  if (strength) return strength_label(*strength, joint);
  return std::string(kLevels[static_cast<size_t>(parse_level(intensity))]);
}

void Performance::add_to(CLI::App& app) {
  app.add_option("--id", style,
                 "speaking style, one of 32: M003 ... W029, or average (default M003)");
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

void Performance::check_family(const predict::Model& model, int samples) const {
  const generate::Family& family = generate::family_of(model.config().generator.kind);
  if (family.chance || deterministic) return;
  const bool blinking = blinks && *blinks > 0;  // by seed and take
  const char* option = temperature || region_temperature ? "--temperature"
                       : samples > 1                     ? "--num-samples"
                       : seed != 0 && !blinking          ? "--seed"
                       : take != 0 && !blinking          ? "--take"
                                                         : nullptr;
  if (option == nullptr) return;
  fail_usage("{}: {} is a {} model, in which nothing is left to chance; leave it out", option,
             model.name(), family.name);
}

predict::PredictOptions Performance::options(const Mood& mood) const {
  predict::PredictOptions options;
  options.emotion = mood.weights;
  const float wanted = strength.value();
  options.strength = mood.neutral() ? 0.0f : wanted;
  const bool of_style = !subject.empty() && (style.empty() || templates.empty());
  const int other = of_style ? parse_style(subject) : 0;
  options.style = style.empty() ? other : parse_style_or_average(style);
  options.take = take;
  sample_into(options);
  return options;
}

void Performance::sample_into(predict::PredictOptions& options) const {
  if (temperature) options.temperature = static_cast<float>(*temperature);
  options.region_temperature = region_temperature;
  options.guidance = static_cast<float>(guidance);
  options.deterministic = deterministic;
  if (blinks) options.blinks_per_minute = static_cast<float>(*blinks);
  options.seed = seed;
}

std::shared_ptr<const predict::RegionShares> Performance::regions(
    const predict::Session& session) const {
  if (!region_temperature || session.config().axes == motion::Axes::kBuiltin) return nullptr;
  return std::make_shared<predict::RegionShares>(face::load_face(face));
}

std::string Performance::temperature_label(double usual) const {
  if (!region_temperature) return fmt::format("{}", temperature.value_or(usual));
  std::string label;
  for (size_t r = 0; r < predict::kMotionRegions; ++r) {
    label += fmt::format("{}{}:{}", r == 0 ? "" : ",", predict::kMotionRegionNames[r],
                         (*region_temperature)[r]);
  }
  return label;
}

}  // namespace flowtalk::apps
