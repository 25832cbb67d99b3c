#include "flowtalk/encoder/timing.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::encoder {

std::string text_of(FrameRule rule) {
  return std::string(
      std::find_if(kFrameRules.begin(), kFrameRules.end(), [&](const FrameRuleRow& row) {
        return row.rule == rule;
      })->name);
}

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
  const bool fits = fps == flame::kFps || (fps == 30 && rule == FrameRule::kLessOne);
  if (!fits) {
    fail("{}: timing.fps: the rule {} is for {} frames per second, got {}", where, text_of(rule),
         rule == FrameRule::kLessOne ? "25 or 30" : "25", fps);
  }
}

int64_t Timing::frames(int64_t samples, int64_t encoder_frames) const {
  FT_CHECK(!padded(), "rule {}", text_of(rule));
  if (rule == FrameRule::kPairs) return encoder_frames / 2;
  // In the arithmetic of the source, which rounds.
  return static_cast<int64_t>(static_cast<double>(samples) / flame::kAudioHz * fps) - 1;
}

}  // namespace flowtalk::encoder
