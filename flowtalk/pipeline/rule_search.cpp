#include "flowtalk/pipeline/rule_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/evaluate/lively_curves.h"
#include "flowtalk/synth/lip_curves.h"

namespace flowtalk::pipeline {
namespace {

using synth::LipRules;

// Phones that move together; others by themselves.
constexpr std::array<std::string_view, 10> kKinds{"P B M",
                                                  "F V",
                                                  "S Z",
                                                  "SH ZH CH JH",
                                                  "T D N L TH DH",
                                                  "K G NG HH Y",
                                                  "UW UH AW> OW OW> AO OY ER",
                                                  "AA AE AY AW EH EY AH",
                                                  "IY IH AY> EY> OY>",
                                                  "SIL"};
constexpr double kLeastGap_mm = 0.05;
constexpr std::string_view kBrisk = "brisk";  // no squared error is asked for it
constexpr double kMostBrisk = 2.5;

// A usual step of each number of a phone, for its kind and for it alone.
struct Feature {
  std::string_view name;
  double kind_step, own_step;
  bool by_factor;
};
constexpr std::array<Feature, 8> kFeatures{{{"jaw", 0.02, 0.008, false},
                                            {"closure", 0.4, 0.2, false},
                                            {"lower_down", 0.15, 0.08, false},
                                            {"upper_up", 0.15, 0.08, false},
                                            {"jaw_pull", 0.5, 0.25, true},
                                            {"lip_pull", 0.5, 0.25, true},
                                            {"ahead", 0.4, 0, true},
                                            {"behind", 0.4, 0, true}}};

// A direction of the search: numbers that change alike, by steps.
struct Move {
  std::vector<size_t> numbers;
  double step = 0;
  bool by_factor = false;
  double steps = 0;  // so far
};

bool holds(std::string_view list, std::string_view name) {
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find(' ', begin), list.size());
    if (list.substr(begin, end - begin) == name) return true;
    begin = end + 1;
  }
  return false;
}

// Whether any clip has the phone of a row ("AY>" is of AY).
bool is_heard(std::string_view row, std::span<const RuleClip> clips) {
  const int id = data::find_phone(row.substr(0, row.find('>')));
  return std::any_of(clips.begin(), clips.end(), [id](const RuleClip& clip) {
    return !clip.kept_out && std::any_of(clip.phones.begin(), clip.phones.end(),
                                         [id](const data::Phone& p) { return p.id == id; });
  });
}

std::vector<Move> moves_of(const std::vector<synth::RuleNumber>& numbers,
                           std::span<const RuleClip> clips) {
  std::vector<Move> moves;
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i].name.find('.') != std::string::npos || numbers[i].name == kBrisk) continue;
    moves.push_back({{i}, 0.25 * (numbers[i].highest - numbers[i].lowest), false, 0});
  }
  for (const Feature& feature : kFeatures) {
    for (const std::string_view kind : kKinds) {
      Move move{{}, feature.kind_step, feature.by_factor, 0};
      for (size_t i = 0; i < numbers.size(); ++i) {
        const std::string_view name = numbers[i].name;
        const size_t dot = name.find('.');
        if (dot == name.npos || name.substr(dot + 1) != feature.name) continue;
        // Rest is rest: only how a pause pulls is searched for.
        if (name.starts_with("SIL.") && !feature.by_factor) continue;
        if (holds(kind, name.substr(0, dot))) move.numbers.push_back(i);
      }
      if (!move.numbers.empty()) moves.push_back(move);
    }
    for (size_t i = 0; i < numbers.size(); ++i) {
      const std::string_view name = numbers[i].name;
      const size_t dot = name.find('.');
      if (dot == name.npos || name.substr(dot + 1) != feature.name || feature.own_step == 0)
        continue;
      if (name.substr(0, dot) == "SIL" || !is_heard(name.substr(0, dot), clips)) continue;
      moves.push_back({{i}, feature.own_step, feature.by_factor, 0});
    }
  }
  return moves;
}

double variance(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v, squares += v * v;
  const auto n = static_cast<double>(values.size());
  return squares / n - sum / n * sum / n;
}

double root(double gap) { return std::sqrt(std::max(gap, kLeastGap_mm)); }

// The frequency below which 95 % of a curve's variance lies, Hz (docs/recorded.md: bandwidth).
double bandwidth_of(const std::vector<double>& curve) {
  const auto powers = evaluate::spectrum(curve);
  double sum = 0, below = 0;
  for (const auto& [hz, power] : powers) sum += power;
  for (const auto& [hz, power] : powers) {
    below += power;
    if (below >= 0.95 * sum) return hz;
  }
  return 0;
}

// Mean bandwidth of the rules' jaws over that of people's.
double bandwidth_ratio(const LipRules& rules, std::span<const RuleClip> clips) {
  double made = 0, people = 0;
  for (const RuleClip& clip : clips) {
    if (clip.kept_out) continue;
    made += bandwidth_of(synth::lip_curves(clip.phones, clip.loudness, rules).jaw);
    people += bandwidth_of(clip.jaw);
  }
  return made / std::max(people, 1e-9);
}

// The least `brisk` at which the jaw has people's bandwidth.
double brisk_of(LipRules rules, std::span<const RuleClip> clips) {
  double slow = 1, fast = kMostBrisk;
  for (int i = 0; i < 8; ++i) {
    rules.times.brisk = 0.5 * (slow + fast);
    (bandwidth_ratio(rules, clips) < 1 ? slow : fast) = rules.times.brisk;
  }
  return fast;
}

class Search {
 public:
  Search(const LipRules& start, std::span<const RuleClip> clips, const RuleSearch& how)
      : start_(start), how_(how), pool_(how.threads) {
    std::vector<double> gaps, roots, jaws;
    for (const RuleClip& clip : clips) {
      if (clip.kept_out) continue;
      clips_.push_back(&clip);
      for (const double gap : clip.gap_mm) gaps.push_back(gap), roots.push_back(root(gap));
      jaws.insert(jaws.end(), clip.jaw.begin(), clip.jaw.end());
    }
    frames_ = static_cast<double>(gaps.size());
    gap_weight_ = 1 / variance(gaps), root_weight_ = 1 / variance(roots);
    jaw_weight_ = kJaw / variance(jaws);
    LipRules rules = start;
    moves_ = moves_of(synth::numbers_of(rules), clips);
  }

  const std::vector<Move>& moves() const { return moves_; }

  LipRules rules() const {
    LipRules rules = start_;
    auto numbers = synth::numbers_of(rules);
    for (const Move& move : moves_) {
      for (const size_t i : move.numbers) {
        double& value = *numbers[i].value;
        value = move.by_factor ? value * std::exp(move.steps * move.step)
                               : value + move.steps * move.step;
      }
    }
    for (auto& number : numbers) {
      *number.value = std::clamp(*number.value, number.lowest, number.highest);
    }
    return rules;
  }

  double cost() {
    LipRules rules = this->rules();
    rules.times.early_s -= how_.film_delay_s;
    std::vector<double> errors(clips_.size());
    pool_.parallel_for(std::ssize(clips_), [&](int64_t i) {
      errors[static_cast<size_t>(i)] = error(*clips_[static_cast<size_t>(i)], rules);
    });
    double sum = 0, away = 0;
    for (const double e : errors) sum += e;
    for (const Move& move : moves_) away += move.steps * move.steps;
    return sum / frames_ + kHeld * how_.hold * how_.hold * away;
  }

  // One number after another, each as far as it helps in steps of `size`.
  double descend(double size, double best, const Advance& advance) {
    for (Move& move : moves_) {
      for (const double sign : {1.0, -1.0}) {
        const double before = best;
        while (true) {
          move.steps += sign * size;
          const double now = cost();
          if (now >= best) break;
          best = now;
        }
        move.steps -= sign * size;
        if (best < before) break;
      }
      advance(1, "");
    }
    return best;
  }

 private:
  static constexpr double kJaw = 0.1, kHeld = 0.0004;

  double error(const RuleClip& clip, const LipRules& rules) const {
    const auto made = synth::lip_curves(clip.phones, clip.loudness, rules);
    double sum = 0;
    for (size_t t = 0; t < clip.gap_mm.size(); ++t) {
      const double gap = made.gap_mm[t] - clip.gap_mm[t], jaw = made.jaw[t] - clip.jaw[t];
      const double small = root(made.gap_mm[t]) - root(clip.gap_mm[t]);
      sum += gap_weight_ * gap * gap + root_weight_ * small * small + jaw_weight_ * jaw * jaw;
    }
    return sum;
  }

  const LipRules start_;
  const RuleSearch how_;
  ThreadPool pool_;
  std::vector<const RuleClip*> clips_;
  std::vector<Move> moves_;
  double frames_ = 0, gap_weight_ = 0, root_weight_ = 0, jaw_weight_ = 0;
};

}  // namespace

LipRules search_rules(const LipRules& start, std::span<const RuleClip> clips,
                      const RuleSearch& search, const Reporter& reporter) {
  LipRules slow = start;
  slow.times.brisk = 1;
  Search state(slow, clips, search);
  const Advance advance =
      reporter.begin("fit", search.rounds * std::ssize(state.moves()), "numbers");
  double best = state.cost(), size = 0.5;
  for (int round = 0; round < search.rounds; ++round) {
    const double before = best;
    best = state.descend(size, best, advance);
    if (before - best < 0.01 * before) size /= 2;
  }
  LipRules rules = state.rules();
  rules.times.brisk = brisk_of(rules, clips);
  return rules;
}

}  // namespace flowtalk::pipeline
