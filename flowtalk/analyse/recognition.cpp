#include "flowtalk/analyse/recognition.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/model/model_config.h"

namespace flowtalk::analyse {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCalibrationFile = "calibration.json";
constexpr double kLeastExponent = 1e-3;

size_t largest(std::span<const double> values) {
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

std::vector<condition::Asked> labels_under(int style) {
  std::vector<condition::Asked> all;
  for (size_t i = 0; i < kLabels; ++i) all.push_back(condition_of(label_at(i), style));
  return all;
}

Recognition under_style(const predict::Session& session, const predict::SpeechFeatures& speech,
                        const motion::Motion& motion, int style) {
  const auto judged = likelihoods(session, speech, motion, labels_under(style));
  Recognition r;
  r.style = style;
  r.dimensions = judged.front().dimensions;
  for (size_t i = 0; i < kLabels; ++i) r.log_probs[i] = judged[i].log_prob;
  return r;
}

// Mean -log p(true label).
double surprise(std::span<const LabelledLikelihood> clips, double exponent) {
  double sum = 0;
  for (const auto& clip : clips) {
    const double p = probabilities(clip.log_probs, exponent)[index_of(clip.label)];
    sum -= std::log(std::max(p, 1e-300));
  }
  return sum / static_cast<double>(clips.size());
}

}  // namespace

int likeliest_style(const predict::Session& session, const predict::SpeechFeatures& speech,
                    const motion::Motion& motion, const condition::Asked& asked) {
  std::vector<condition::Asked> all(model::kStyleCount, asked);
  for (int s = 0; s < model::kStyleCount; ++s) all[static_cast<size_t>(s)].style = s;
  std::vector<double> log_probs;
  for (const auto& one : likelihoods(session, speech, motion, all)) {
    log_probs.push_back(one.log_prob);
  }
  return static_cast<int>(largest(log_probs));
}

condition::Asked condition_of(const Label& label, int style) {
  condition::Asked c;
  c.emotion.fill(0);
  c.emotion[static_cast<size_t>(label.emotion)] = 1;
  c.strength = label.emotion == kNeutral ? 0.0f : strength_of_level(label.level);
  c.style = style;
  return c;
}

Calibration load_calibration(const fs::path& checkpoint) {
  const fs::path file = checkpoint / kCalibrationFile;
  Calibration calibration;
  if (!fs::exists(file)) return calibration;
  const Json json = parse_json(load_file(file), file.string());
  if (!json.is_object() || !json.contains("exponent") || !json["exponent"].is_number() ||
      !json.contains("clips") || !json["clips"].is_number_integer()) {
    fail(
        "{}: expected numbers 'exponent' and 'clips'; make it anew with flowtalk score --calibrate",
        file.string());
  }
  calibration = {json["exponent"].get<double>(), json["clips"].get<int64_t>()};
  if (!(calibration.exponent > 0 && calibration.exponent <= 1)) {
    fail("{}: exponent: expected above 0 and at most 1, got {}", file.string(),
         calibration.exponent);
  }
  return calibration;
}

void save_calibration(const fs::path& checkpoint, const Calibration& calibration) {
  const Json json{{"exponent", calibration.exponent}, {"clips", calibration.clips}};
  save_file(checkpoint / kCalibrationFile, json.dump(2) + "\n");
}

std::array<double, kLabels> probabilities(const LogProbs& log_probs, double exponent) {
  std::array<double, kLabels> p{};
  const double top = *std::max_element(log_probs.begin(), log_probs.end());
  double sum = 0;
  for (size_t i = 0; i < kLabels; ++i) {
    const double prior = label_at(i).emotion == kNeutral ? 1.0 : 1.0 / 3;
    p[i] = prior * std::exp(exponent * (log_probs[i] - top));
    sum += p[i];
  }
  for (double& v : p) v /= sum;
  return p;
}

std::array<double, 8> emotion_probabilities(const std::array<double, kLabels>& probability) {
  std::array<double, 8> sums{};
  for (size_t i = 0; i < kLabels; ++i) {
    sums[static_cast<size_t>(label_at(i).emotion)] += probability[i];
  }
  return sums;
}

Calibration fit_exponent(std::span<const LabelledLikelihood> clips) {
  if (clips.empty()) fail("calibration: there are no clips to fit the exponent on");
  // Convex in the exponent but for the prior's weights; a golden section on its logarithm.
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double low = std::log(kLeastExponent), high = 0;
  while (high - low > 1e-3) {
    const double a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (surprise(clips, std::exp(a)) < surprise(clips, std::exp(b))) {
      high = b;
    } else {
      low = a;
    }
  }
  return {std::exp((low + high) / 2), static_cast<int64_t>(clips.size())};
}

double Recognition::bits_per_dim(size_t label) const {
  return -log_probs[label] / (static_cast<double>(dimensions) * std::numbers::ln2);
}

size_t Recognition::most_likely() const { return largest(log_probs); }

Recognition recognise(const predict::Session& session, const predict::SpeechFeatures& speech,
                      const motion::Motion& motion, std::optional<int> style) {
  Recognition found = under_style(session, speech, motion, style.value_or(0));
  for (int turn = 0; !style && turn < 4; ++turn) {
    const Label label = label_at(found.most_likely());
    const int better = likeliest_style(session, speech, motion, condition_of(label, found.style));
    if (better == found.style) break;
    found = under_style(session, speech, motion, better);
    if (label_at(found.most_likely()) == label) break;
  }
  return found;
}

}  // namespace flowtalk::analyse
