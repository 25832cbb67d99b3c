#include "flowtalk/data/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/check_clip.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr float kMaxExpression = 50, kMaxJaw = std::numbers::pi_v<float>;
constexpr double kRangeShare = 0.01, kRepeatedShare = 0.05, kClippedShare = 0.001, kSilentDb = -60;
constexpr double kRateTolerance = 0.03;  // of 25 frames per second
constexpr double kMaxLagFrames = 2, kSureLag = 0.9;
constexpr double kClipLagFrames = 3, kSureClipLag = 0.99, kClipLagGain = 0.25;
constexpr double kFarDeviations = 20;
constexpr int64_t kAllTakes =
    static_cast<int64_t>(kStyles.size()) * (kNeutralSentences + 7 * 3 * kEmotionalSentences);
constexpr int64_t kFewestFrames = 1000;  // below it no channel statistics

std::string_view name_of(Split split) {
  constexpr std::array<std::string_view, 3> kNames = {"train", "validation", "test"};
  return kNames.at(static_cast<size_t>(split));
}

// Gathers cases under the kinds of finding_kinds().
class Findings {
 public:
  void add(std::string_view kind, std::string text) {
    const auto& kinds = finding_kinds();
    const auto at = std::find_if(kinds.begin(), kinds.end(),
                                 [&](const FindingKind& k) { return k.name == kind; });
    FT_CHECK(at != kinds.end(), "no kind of finding '{}'", kind);
    cases_[static_cast<size_t>(at - kinds.begin())].push_back(std::move(text));
  }
  std::vector<Finding> take() {
    std::vector<Finding> findings;
    for (auto& [kind, cases] : cases_) findings.push_back({&finding_kinds()[kind], cases});
    return findings;
  }

 private:
  std::map<size_t, std::vector<std::string>> cases_;  // by the kind's place, so errors come first
};

struct Measured {
  const Clip& clip;
  const ClipFacts& facts;
};

void find_file_faults(const Measured& m, Findings& findings) {
  const ClipFacts& f = m.facts;
  const std::string& stem = m.clip.stem;
  if (!f.motion_problem.empty()) findings.add(f.motion_fault, f.motion_problem);
  if (!f.sound_problem.empty()) findings.add("unreadable sound", f.sound_problem);
  if (f.sound_problem.empty()) {
    if (f.source_hz != flame::kAudioHz || f.source_channels != 1) {
      findings.add("sound format",
                   fmt::format("{}: {} Hz, {} channels", stem, f.source_hz, f.source_channels));
    }
    if (f.clipped_share > kClippedShare) {
      findings.add("clipped sound",
                   fmt::format("{}: {:.2f} % of samples", stem, 100 * f.clipped_share));
    }
    if (f.rms_db < kSilentDb) {
      findings.add("silent sound", fmt::format("{}: {:.0f} dB", stem, f.rms_db));
    }
  }
  const ClipName& name = m.clip.name;
  const int last = name.emotion == kNeutral ? kNeutralSentences : kEmotionalSentences;
  if (name.sentence > last && name.sentence <= kLastMeadSentence) {
    findings.add("beyond the grid", fmt::format("{}: the last sentence is {}", stem, last));
  }
}

void find_motion_faults(const Measured& m, Findings& findings) {
  const ClipFacts& f = m.facts;
  const std::string& stem = m.clip.stem;
  if (!f.motion_problem.empty()) return;
  float farthest = 0, jaw = 0;
  for (size_t c = 0; c < f.low.size(); ++c) {
    float& reach = static_cast<int64_t>(c) < flame::kJawAt ? farthest : jaw;
    reach = std::max({reach, std::fabs(f.low[c]), std::fabs(f.high[c])});
  }
  if (farthest > kMaxExpression || jaw > kMaxJaw) {
    findings.add("units",
                 fmt::format("{}: expression to {:.3g}, jaw to {:.3g}", stem, farthest, jaw));
  }
  if (f.frames > 1 && f.repeated == f.frames - 1) {
    findings.add("frozen", stem);
  } else if (static_cast<double>(f.repeated) > kRepeatedShare * static_cast<double>(f.frames)) {
    findings.add("repeated frames", fmt::format("{}: {} of {}", stem, f.repeated, f.frames));
  }
  if (!f.sound_problem.empty()) return;
  const double expected = f.sound_s * flame::kFps;
  if (std::fabs(static_cast<double>(f.frames) - expected) > 1.5) {
    findings.add("length", fmt::format("{}: {} frames, {:.1f} of sound", stem, f.frames, expected));
  }
}

// Equal sound or equal motion under two names.
void find_twins(const std::vector<Measured>& clips, Findings& findings) {
  for (const bool sound : {true, false}) {
    std::map<uint64_t, const Measured*> first;
    for (const Measured& m : clips) {
      const std::string& problem = sound ? m.facts.sound_problem : m.facts.motion_problem;
      const bool still = !sound && m.facts.repeated + 1 >= m.facts.frames;  // told as frozen
      if (!problem.empty() || still) continue;
      const auto [at, is_new] =
          first.try_emplace(sound ? m.facts.sound_hash : m.facts.motion_hash, &m);
      if (is_new) continue;
      const Clip &a = at->second->clip, &b = m.clip;
      findings.add(a.split == b.split ? "twin clips" : "shared by splits",
                   fmt::format("{} ({}) and {} ({}) have the same {}", a.stem, name_of(a.split),
                               b.stem, name_of(b.split), sound ? "sound" : "motion"));
    }
  }
}

// The clips' own frame rate: one that was made for 30 frames per second shows here.
void find_frame_rate(const std::vector<Measured>& clips, Findings& findings) {
  std::vector<double> rates;
  for (const Measured& m : clips) {
    if (m.facts.readable()) rates.push_back(static_cast<double>(m.facts.frames) / m.facts.sound_s);
  }
  if (rates.empty()) return;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  if (std::fabs(*middle / flame::kFps - 1) <= kRateTolerance) return;
  findings.add("frame rate", fmt::format("{:.1f} frames per second of sound (the median of {} "
                                         "clips); resample the motion",
                                         *middle, rates.size()));
}

std::string channel_name(int64_t channel) {
  return channel < flame::kJawAt ? fmt::format("expression {}", channel)
                                 : fmt::format("jaw {}", channel - flame::kJawAt);
}

// Values far from where the other clips have theirs, in robust standard deviations: of the median
// absolute deviation or of the middle 98 %, whichever is larger, since lids move rarely but far.
void find_channel_faults(const std::vector<Measured>& clips, const ChannelCounts& counts,
                         Findings& findings) {
  std::vector<std::string> far(clips.size());
  std::vector<double> farthest(clips.size(), kFarDeviations);
  for (int64_t c = 0; c < flame::kMotion; ++c) {
    const auto at = static_cast<size_t>(c);
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (const Measured& m : clips) {
      if (!m.facts.motion_problem.empty()) continue;
      low = std::min(low, m.facts.low[at]);
      high = std::max(high, m.facts.high[at]);
    }
    if (low == high) findings.add("constant channel", channel_name(c));
    if (low == high || counts.frames() < kFewestFrames) continue;
    const double median = counts.quantile(c, 0.5);
    const double middle = (counts.quantile(c, 0.75) - counts.quantile(c, 0.25)) / 1.349;
    const double wide = (counts.quantile(c, 0.99) - counts.quantile(c, 0.01)) / 4.653;
    const double deviation = std::max({middle, wide, c < flame::kJawAt ? 0.02 : 0.002});
    for (size_t i = 0; i < clips.size(); ++i) {
      const ClipFacts& f = clips[i].facts;
      if (!f.motion_problem.empty()) continue;
      const double away = std::max(std::fabs(static_cast<double>(f.high[at]) - median),
                                   std::fabs(static_cast<double>(f.low[at]) - median));
      if (away / deviation <= farthest[i]) continue;
      farthest[i] = away / deviation;
      far[i] = fmt::format("{}: {} is {:.0f} robust deviations from the median", clips[i].clip.stem,
                           channel_name(c), farthest[i]);
    }
  }
  for (const std::string& text : far) {
    if (!text.empty()) findings.add("unlike the rest", text);
  }
}

void find_lags(const std::vector<Measured>& clips, CheckReport& report, Findings& findings) {
  std::vector<LagCurve> curves;
  for (const Measured& m : clips) {
    if (m.facts.lag) curves.push_back(*m.facts.lag);
  }
  report.lag_clips = static_cast<int64_t>(curves.size());
  report.lag = pool_lags(curves);
  const Lag& all = report.lag;
  if (all.confidence < kSureLag) return;
  if (std::fabs(all.frames) > kMaxLagFrames) {
    findings.add("lag", fmt::format("motion comes {:.1f} frames {} the sound, confidence {:.2f}",
                                    std::fabs(all.frames), all.frames > 0 ? "after" : "before",
                                    all.confidence));
  }
  const auto usual = static_cast<size_t>(std::lround(all.frames) + kMaxLag);
  for (const Measured& m : clips) {
    if (!m.facts.lag) continue;
    const Lag own = lag_of_clip(*m.facts.lag, m.facts.frames);
    const double gain = own.correlation - static_cast<double>((*m.facts.lag)[usual]);
    const bool elsewhere = std::fabs(own.frames - all.frames) >= kClipLagFrames;
    if (elsewhere && own.confidence > kSureClipLag && gain > kClipLagGain) {
      findings.add("lag of a clip",
                   fmt::format("{}: {:+.1f} frames, all clips {:+.1f}; correlation {:.2f}",
                               m.clip.stem, own.frames, all.frames, own.correlation));
    }
  }
}

// "1-3, 7" of an ordered set.
std::string as_ranges(const std::set<int>& numbers) {
  std::string text;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const int from = *at;
    int to = from;
    while (++at != numbers.end() && *at == to + 1) to = *at;
    if (!text.empty()) text += ", ";
    text += to > from ? fmt::format("{}-{}", from, to) : fmt::format("{}", from);
  }
  return text;
}

void find_missing(const std::vector<Measured>& clips, CheckReport& report, Findings& findings) {
  std::map<std::array<int, 3>, std::set<int>> there;  // style, emotion, level -> sentences
  std::set<int> styles, emotions;
  for (const Measured& m : clips) {
    const ClipName& n = m.clip.name;
    styles.insert(n.style);
    emotions.insert(n.emotion);
    const int last = n.emotion == kNeutral ? kNeutralSentences : kEmotionalSentences;
    if (n.sentence <= last) there[{n.style, n.emotion, n.level}].insert(n.sentence);
  }
  report.styles = static_cast<int64_t>(styles.size());
  std::vector<std::string> gaps;
  for (int style = 0; style < static_cast<int>(kStyles.size()); ++style) {
    const std::string id(kStyles[static_cast<size_t>(style)]);
    if (!styles.contains(style)) {
      findings.add("no clip of a style", id);
      continue;
    }
    for (int emotion = 0; emotion < static_cast<int>(kEmotions.size()); ++emotion) {
      const bool neutral = emotion == kNeutral;
      for (int level = 0; level < (neutral ? 1 : 3); ++level) {
        const auto& have = there[{style, emotion, level}];
        report.takes += static_cast<int64_t>(have.size());
        std::set<int> missing;
        for (int s = 1; s <= (neutral ? kNeutralSentences : kEmotionalSentences); ++s) {
          if (!have.contains(s)) missing.insert(s);
        }
        if (missing.empty()) continue;
        gaps.push_back(fmt::format("{} {} {}: {}", id, kEmotions[static_cast<size_t>(emotion)],
                                   kLevels[static_cast<size_t>(level)], as_ranges(missing)));
      }
    }
  }
  if (report.takes < kAllTakes) {
    findings.add("missing takes", fmt::format("{} of {}", kAllTakes - report.takes, kAllTakes));
  }
  for (std::string& gap : gaps) findings.add("missing takes", std::move(gap));
  for (int e = 0; e < static_cast<int>(kEmotions.size()); ++e) {
    if (!emotions.contains(e)) {
      findings.add("no clip of an emotion", std::string(kEmotions[static_cast<size_t>(e)]));
    }
  }
}

void find_splits(const CheckReport& report, Findings& findings) {
  for (const Split split : {Split::kTrain, Split::kValidation, Split::kTest}) {
    if (report.splits[static_cast<size_t>(split)].clips > 0) continue;
    findings.add(split == Split::kTest ? "nothing to test on" : "nothing to train on",
                 fmt::format("no clip in the {} split", name_of(split)));
  }
}

void sum_up(const std::vector<Measured>& clips, CheckReport& report, Findings& findings) {
  int64_t shapes = 0, expression = 0, jaw = 0;
  std::map<int64_t, int64_t> widths;
  report.expression_low = report.jaw_low = std::numeric_limits<double>::infinity();
  report.expression_high = report.jaw_high = -std::numeric_limits<double>::infinity();
  for (const auto& [clip, f] : clips) {
    ++report.clips;
    report.frames += f.frames;
    report.sound_s += f.sound_s;
    SplitFacts& split = report.splits[static_cast<size_t>(clip.split)];
    ++split.clips;
    split.minutes += static_cast<double>(f.frames) / flame::kFps / 60;
    ++report
          .per_level[static_cast<size_t>(clip.name.emotion)][static_cast<size_t>(clip.name.level)];
    if (!f.motion_problem.empty()) continue;
    expression += f.expression_beyond;
    jaw += f.jaw_beyond;
    shapes += f.has_shape ? 1 : 0;
    ++widths[f.width];
    for (size_t c = 0; c < f.low.size(); ++c) {
      const bool is_jaw = static_cast<int64_t>(c) >= flame::kJawAt;
      double& low = is_jaw ? report.jaw_low : report.expression_low;
      double& high = is_jaw ? report.jaw_high : report.expression_high;
      low = std::min(low, static_cast<double>(f.low[c]));
      high = std::max(high, static_cast<double>(f.high[c]));
    }
  }
  if (report.frames > 0) {
    const auto frames = static_cast<double>(report.frames);
    report.expression_beyond = static_cast<double>(expression) / (frames * flame::kLiveExpression);
    report.jaw_beyond = static_cast<double>(jaw) / (frames * flame::kJaw);
  }
  if (report.expression_beyond > kRangeShare) {
    findings.add("range", fmt::format("expression: {:.1f} % of values beyond -3..3",
                                      100 * report.expression_beyond));
  }
  if (report.jaw_beyond > kRangeShare) {
    findings.add("range",
                 fmt::format("jaw: {:.1f} % of values beyond -0.1..0.5", 100 * report.jaw_beyond));
  }
  if (shapes > 0) findings.add("shape", fmt::format("{} clips", shapes));
  if (widths.size() < 2) return;
  for (const auto& [width, files] : widths) {
    findings.add("several widths", fmt::format("{}: {} files", width, files));
  }
}

}  // namespace

int64_t CheckReport::count(Severity severity) const {
  return std::count_if(findings.begin(), findings.end(),
                       [&](const Finding& f) { return f.kind->severity == severity; });
}

int64_t CheckReport::prior_clips(bool paper_protocol) const {
  return paper_protocol ? clips : splits[0].clips;
}

CheckReport check_dataset(const fs::path& folder, int threads, bool quiet) {
  const Index index = scan_dataset(folder);
  std::vector<ClipFacts> facts(index.clips.size());
  ChannelCounts counts;
  {
    Progress progress("Checking", static_cast<int64_t>(facts.size()), "clips", quiet);
    ThreadPool pool(threads);
    pool.parallel_for(static_cast<int64_t>(facts.size()), [&](int64_t i) {
      const auto at = static_cast<size_t>(i);
      facts[at] = measure_clip(index.clips[at], counts);
      progress.advance();
    });
  }
  std::vector<Measured> clips;
  for (size_t i = 0; i < facts.size(); ++i) clips.push_back({index.clips[i], facts[i]});
  CheckReport report;
  report.folder = folder;
  Findings findings;
  for (const std::string& text : index.unpaired) findings.add("no partner", text);
  for (const std::string& text : index.misnamed) findings.add("name not understood", text);
  for (const std::string& stem : index.without_style) {
    findings.add("subject without a style", stem);
  }
  for (const Measured& m : clips) {
    find_file_faults(m, findings);
    find_motion_faults(m, findings);
  }
  sum_up(clips, report, findings);
  find_splits(report, findings);
  find_twins(clips, findings);
  find_frame_rate(clips, findings);
  find_channel_faults(clips, counts, findings);
  find_lags(clips, report, findings);
  find_missing(clips, report, findings);
  report.findings = findings.take();
  return report;
}

}  // namespace flowtalk::data
