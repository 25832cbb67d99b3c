// How many frames a motion has for a voice, and how the encoder's frames lie under them. Models
// that are trained here pad the voice; published systems each have a rule of their own.
//
// Shapes: S samples at 16 kHz, F encoder frames (50 Hz), T motion frames, C channels.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::encoder {

enum class FrameRule { kPadded, kPairs, kLessOne, kLocalPairs, kLocalFrames };

// The one list of rules.
struct FrameRuleRow {
  FrameRule rule{};
  std::string_view name, summary;
  std::string_view rates = "25";  // motion frames per second
  bool local = false;             // frames are arranged behind the convolutions
  int beside = 2;                 // encoder frames of one motion frame, side by side
};
inline constexpr std::array kFrameRules = {
    FrameRuleRow{FrameRule::kPadded, "padded", "T = round(25 S / 16000), zeros to the right"},
    FrameRuleRow{FrameRule::kPairs, "pairs", "T = floor(F / 2), as ProbTalk3D has it"},
    FrameRuleRow{FrameRule::kLessOne, "less_one",
                 "T = floor(fps S / 16000) - 1, as FaceDiffuser has it", "25 or 30"},
    FrameRuleRow{
        FrameRule::kLocalPairs, "local_pairs",
        "T = floor(F / 2), the odd one left out behind the convolutions, as FaceFormer has "
        "it for BIWI",
        "25", true},
    FrameRuleRow{
        FrameRule::kLocalFrames, "local_frames",
        "T = floor(30 F / 50), resampled behind the convolutions, as FaceFormer has it for "
        "VOCASET",
        "30", true, 1},
};

const FrameRuleRow& row_of(FrameRule rule);

// Text value of a field table. Error: no rule has this name.
std::string text_of(FrameRule rule);
void from_text(const std::string& word, FrameRule& rule);

struct Timing {
  FrameRule rule = FrameRule::kPadded;
  int fps = flame::kFps;

  template <class V>
  void fields(V&& field) {
    field("rule", rule, "how many frames there are: padded, or that of a published system");
    field("fps", fps, between(25, 30), "motion frames per second, 25 or 30");
  }
  // Error: a rate that the rule does not have. `where` is a file.
  void check(const std::string& where) const;

  bool padded() const { return rule == FrameRule::kPadded; }
  // Must encoder frames be resampled, rather than cut, to those of the motion?
  bool resamples() const { return fps != flame::kFps; }
  // T of a voice, not of the padded rule; 0 or less if it is too short.
  int64_t frames(int64_t samples, int64_t encoder_frames) const;
};

}  // namespace flowtalk::encoder
