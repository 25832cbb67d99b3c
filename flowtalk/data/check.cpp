#include "flowtalk/data/check.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/check_clip.h"
#include "flowtalk/data/findings.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr double kRangeShare = 0.01;

// The clips of a whole data set.
int64_t all_takes(const Conditions& c) {
  const size_t emotional = (c.emotions.size() - 1) * c.levels.size() * kEmotionalSentences;
  return static_cast<int64_t>(c.styles.size() * (kNeutralSentences + emotional));
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
  const Conditions& c = report.conditions;
  const auto levels = static_cast<int>(c.levels.size());
  std::vector<std::string> gaps;
  for (int style = 0; style < static_cast<int>(c.styles.size()); ++style) {
    const std::string& id = c.styles[static_cast<size_t>(style)];
    if (!styles.contains(style)) {
      findings.add("no clip of a style", id);
      continue;
    }
    for (int emotion = 0; emotion < static_cast<int>(c.emotions.size()); ++emotion) {
      const bool neutral = emotion == kNeutral;
      for (int level = 0; level < (neutral ? 1 : levels); ++level) {
        const auto& have = there[{style, emotion, level}];
        report.takes += static_cast<int64_t>(have.size());
        std::set<int> missing;
        for (int s = 1; s <= (neutral ? kNeutralSentences : kEmotionalSentences); ++s) {
          if (!have.contains(s)) missing.insert(s);
        }
        if (missing.empty()) continue;
        gaps.push_back(fmt::format("{} {} {}: {}", id, c.emotions[static_cast<size_t>(emotion)],
                                   c.levels[static_cast<size_t>(level)], as_ranges(missing)));
      }
    }
  }
  if (const int64_t all = all_takes(c); report.takes < all) {
    findings.add("missing takes", fmt::format("{} of {}", all - report.takes, all));
  }
  for (std::string& gap : gaps) findings.add("missing takes", std::move(gap));
  for (int e = 0; e < static_cast<int>(c.emotions.size()); ++e) {
    if (!emotions.contains(e)) {
      findings.add("no clip of an emotion", c.emotions[static_cast<size_t>(e)]);
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
  const std::vector<int64_t> none(report.conditions.levels.size(), 0);
  report.per_level.assign(report.conditions.emotions.size(), none);
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
      const bool is_jaw = static_cast<int64_t>(c) >= motion::kJawAt;
      double& low = is_jaw ? report.jaw_low : report.expression_low;
      double& high = is_jaw ? report.jaw_high : report.expression_high;
      low = std::min(low, static_cast<double>(f.low[c]));
      high = std::max(high, static_cast<double>(f.high[c]));
    }
  }
  if (report.frames > 0) {
    const auto frames = static_cast<double>(report.frames);
    report.expression_beyond = static_cast<double>(expression) / (frames * motion::kLiveExpression);
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
    const std::string what = width > 0 ? fmt::format("{}", width) : "parts by name";
    findings.add("several widths", fmt::format("{}: {} files", what, files));
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
  report.conditions = index.conditions;
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
  find_axes(clips, index.axes, findings);
  count_motion_files(clips, findings);
  count_sound_warnings(clips, findings);
  find_twins(clips, findings);
  find_frame_rate(clips, findings);
  find_channel_faults(clips, counts, findings);
  find_lags(clips, report, findings);
  find_missing(clips, report, findings);
  report.findings = findings.take();
  return report;
}

}  // namespace flowtalk::data
