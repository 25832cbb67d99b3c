#include "flowtalk/data/findings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace {

constexpr float kMaxExpression = 50, kMaxJaw = std::numbers::pi_v<float>;
constexpr double kRepeatedShare = 0.05, kClippedShare = 0.001, kSilentDb = -60;
constexpr double kRateTolerance = 0.03;  // of 25 frames per second
constexpr double kMaxLagFrames = 2, kSureLag = 0.9;
constexpr double kClipLagFrames = 3, kSureClipLag = 0.99, kClipLagGain = 0.25;
constexpr double kFarDeviations = 20;
constexpr int64_t kFewestFrames = 1000;  // below it no channel statistics

std::string channel_name(int64_t channel) {
  return channel < motion::kJawAt ? fmt::format("expression {}", channel)
                                  : fmt::format("jaw {}", channel - motion::kJawAt);
}

}  // namespace

std::string_view name_of(Split split) {
  constexpr std::array<std::string_view, 3> kNames = {"train", "validation", "test"};
  return kNames.at(static_cast<size_t>(split));
}

void Findings::add(std::string_view kind, std::string text) {
  const auto& kinds = finding_kinds();
  const auto at = std::find_if(kinds.begin(), kinds.end(),
                               [&](const FindingKind& k) { return k.name == kind; });
  FT_CHECK(at != kinds.end(), "no kind of finding '{}'", kind);
  cases_[static_cast<size_t>(at - kinds.begin())].push_back(std::move(text));
}

std::vector<Finding> Findings::take() {
  std::vector<Finding> findings;
  for (auto& [kind, cases] : cases_) {
    findings.push_back({&finding_kinds()[kind], std::move(cases)});
  }
  return findings;
}

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
    float& reach = static_cast<int64_t>(c) < motion::kJawAt ? farthest : jaw;
    reach = std::max({reach, std::fabs(f.low[c]), std::fabs(f.high[c])});
  }
  for (const std::string& remark : f.odd) findings.add("odd motion", remark);
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

void find_axes(const std::vector<Measured>& clips, std::optional<motion::Axes> of_set,
               Findings& findings) {
  const bool set_says = of_set.has_value();
  for (const Measured& m : clips) {
    const auto axes = m.facts.axes;
    if (!axes) continue;
    if (!of_set) of_set = axes;
    if (*axes == *of_set) continue;
    findings.add(
        "other axes",
        fmt::format("{}: those of {}, {} {}", m.clip.motion.filename().string(), owner_of(*axes),
                    set_says ? "the data set" : "clips before it", owner_of(*of_set)));
  }
}

void count_motion_files(const std::vector<Measured>& clips, Findings& findings) {
  std::map<double, int64_t> rates;
  std::map<std::string, int64_t> unused;
  for (const Measured& m : clips) {
    if (!m.facts.motion_problem.empty()) continue;
    if (m.facts.motion_hz != flame::kFps) ++rates[m.facts.motion_hz];
    if (!m.facts.unused.empty()) ++unused[fmt::format("{}", fmt::join(m.facts.unused, ", "))];
  }
  for (const auto& [rate, files] : rates) {
    findings.add("other frame rate", fmt::format("{:g} per second: {} files", rate, files));
  }
  for (const auto& [names, files] : unused) {
    findings.add("arrays left out", fmt::format("{}: {} files", names, files));
  }
}

void count_sound_warnings(const std::vector<Measured>& clips, Findings& findings) {
  audio::SoundWarnings warnings;
  for (const Measured& m : clips) {
    warnings.add(m.clip.wav.filename().string(), m.facts.sound_warnings);
  }
  for (const std::string& line : warnings.lines()) findings.add("odd sound", line);
}

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

// Robust standard deviations, from the middle half or the middle 98 % of values, whichever is
// larger, since lids move rarely but far.
void find_channel_faults(const std::vector<Measured>& clips, const ChannelCounts& counts,
                         Findings& findings) {
  std::vector<std::string> far(clips.size());
  std::vector<double> farthest(clips.size(), kFarDeviations);
  for (int64_t c = 0; c < motion::kLive; ++c) {
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
    const double deviation = std::max({middle, wide, c < motion::kJawAt ? 0.02 : 0.002});
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

}  // namespace flowtalk::data
