#include "flowtalk/encoder/timing.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"

namespace flowtalk::encoder {

const FrameRuleRow& row_of(FrameRule rule) {
  return *std::find_if(kFrameRules.begin(), kFrameRules.end(),
                       [&](const FrameRuleRow& row) { return row.rule == rule; });
}

std::string text_of(FrameRule rule) { return std::string(row_of(rule).name); }

void from_text(const std::string& word, FrameRule& rule) {
  std::vector<std::string> names;
  std::string all;
  for (const FrameRuleRow& row : kFrameRules) {
    if (word == row.name) {
      rule = row.rule;
      return;
    }
    names.emplace_back(row.name);
    all += (all.empty() ? "" : ", ") + names.back();
  }
  fail("unknown rule '{}'{}; expected one of {}", word, did_you_mean(word, names), all);
}

void Timing::check(const std::string& where) const {
  const auto words = words_of(row_of(rule).rates);
  if (std::find(words.begin(), words.end(), std::to_string(fps)) != words.end()) return;
  fail("{}: timing.fps: the rule {} is for {} frames per second, got {}", where, text_of(rule),
       row_of(rule).rates, fps);
}

int64_t Timing::frames(int64_t samples, int64_t encoder_frames) const {
  FT_CHECK(!padded(), "rule {}", text_of(rule));
  if (rule == FrameRule::kPairs || rule == FrameRule::kLocalPairs) return encoder_frames / 2;
  // In the arithmetic of the sources, which rounds.
  if (rule == FrameRule::kLocalFrames) {
    return static_cast<int64_t>(static_cast<double>(encoder_frames) / 50 * fps);
  }
  return static_cast<int64_t>(static_cast<double>(samples) / flame::kAudioHz * fps) - 1;
}

}  // namespace flowtalk::encoder
