// What restyling should do, measured: the new emotion is seen, the old one no more, and the lips
// say what they said.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/evaluate/emotion_classifier.h"
#include "flowtalk/face/face.h"

namespace flowtalk::evaluate {

inline constexpr double kShown = 0.8;     // probability from which an emotion counts as shown
inline constexpr double kSameLips = 0.8;  // correlation from which lips say the same

// A recording that was given another emotion. Probabilities are the classifier's.
struct RestyledPair {
  int from = 0, to = 0;  // emotions
  double before = 0;     // probability of `to` in the recording
  double after = 0;      // of `to` in what was made
  double old = 0;        // of `from` in what was made
  double lips = 0;       // correlation of the two lip gap curves; 0 where one does not move
  int64_t blinks_before = 0, blinks = 0;  // in the recording, in what was made

  bool good() const { return after > kShown && lips >= kSameLips; }
};

// One recording, compared with what is made of it.
class RestyledRecording {
 public:
  // A motion of one frame at least. Classifier and face must outlive this.
  RestyledRecording(const EmotionClassifier& classifier, const face::Face& face,
                    const motion::Motion& motion);
  // The longer one's last frames do not count for the lips.
  RestyledPair compare(const motion::Motion& made, int from, int to) const;

 private:
  const EmotionClassifier& classifier_;
  const face::Face& face_;
  Judgement judged_;
  std::vector<double> gaps_;
  int64_t blinks_;
};

// Means, sums and the least over pairs.
struct RestylingSummary {
  int64_t pairs = 0, good = 0;
  double before = 0, after = 0, old = 0, lips = 0;
  double least_after = 1, least_lips = 1;
  int64_t blinks_before = 0, blinks = 0;  // sums
};
RestylingSummary summary_of(std::span<const RestyledPair> pairs);

}  // namespace flowtalk::evaluate
