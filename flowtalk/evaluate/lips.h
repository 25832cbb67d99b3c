// The check "lips on real voices": where a phone recogniser hears P B M the lips of the predicted
// motion should be closer than where it hears the open vowels AA AE AO AY EH OW. The measure is the
// area under the ROC curve of the vertical lip gap, pooled over recordings, with one fixed offset.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/face/face.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::evaluate {

enum class LipClass : int8_t { kOther, kBilabial, kOpen };

// One recording: per motion frame the lip gap in metres and what is heard at its time.
struct LipRecording {
  std::string name;
  std::vector<float> gap;         // (T)
  std::vector<LipClass> classes;  // (T)
};

// Class per frame at 25 fps, at the time t / 25.
std::vector<LipClass> lip_classes(const std::vector<data::Phone>& phones, int64_t frames);

// Lip gap per frame, metres, however the head is turned. face: the built-in head unless told.
std::vector<float> lip_gaps(const motion::Motion& motion,
                            const face::Face& face = face::builtin_face());

LipRecording measure_lips(const std::string& name, const audio::Audio& audio,
                          const motion::Motion& motion, data::PhoneRecognizer& recognizer,
                          const face::Face& face = face::builtin_face());

struct LipScore {
  std::string name;
  std::optional<double> auc;  // none without frames of both classes
  int64_t bilabial_frames = 0, open_frames = 0;
  double bilabial_gap_mm = 0, open_gap_mm = 0;  // means
};

struct LipReport {
  LipScore pooled;              // at the best offset
  int offset_frames = 0;        // motion frame t + offset is compared with the sound of frame t
  std::vector<LipScore> files;  // at the same offset
};

// The probability that an open frame's gap is larger than a bilabial frame's; ties count half.
std::optional<double> roc_auc(std::vector<float> bilabial, std::vector<float> open);

// Best single offset in -max_offset..max_offset frames. Error: no frames of both classes at all.
LipReport check_lips(std::span<const LipRecording> recordings, int max_offset = 3);

}  // namespace flowtalk::evaluate
