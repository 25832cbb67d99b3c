#include "flowtalk/evaluate/restyling.h"

#include <algorithm>

#include "flowtalk/evaluate/lips.h"
#include "flowtalk/evaluate/statistics.h"
#include "flowtalk/face/blinks.h"

namespace flowtalk::evaluate {
namespace {

std::vector<double> gaps_of(const motion::Motion& motion, const face::Face& face) {
  const std::vector<float> gaps = lip_gaps(motion, face);
  return {gaps.begin(), gaps.end()};
}

double probability(const Judgement& judged, int emotion) {
  return double{judged.probabilities[static_cast<size_t>(emotion)]};
}

}  // namespace

RestyledRecording::RestyledRecording(const EmotionClassifier& classifier, const face::Face& face,
                                     const motion::Motion& motion)
    : classifier_(classifier),
      face_(face),
      judged_(classifier.judge(motion)),
      gaps_(gaps_of(motion, face)),
      blinks_(face::count_blinks(motion)) {}

RestyledPair RestyledRecording::compare(const motion::Motion& made, int from, int to) const {
  const Judgement judged = classifier_.judge(made);
  const std::vector<double> gaps = gaps_of(made, face_);
  const size_t frames = std::min(gaps.size(), gaps_.size());
  RestyledPair pair;
  pair.from = from;
  pair.to = to;
  pair.before = probability(judged_, to);
  pair.after = probability(judged, to);
  pair.old = probability(judged, from);
  pair.lips =
      correlation(std::span(gaps_).first(frames), std::span(gaps).first(frames)).value_or(0);
  pair.blinks_before = blinks_;
  pair.blinks = face::count_blinks(made);
  return pair;
}

RestylingSummary summary_of(std::span<const RestyledPair> pairs) {
  RestylingSummary s;
  s.pairs = static_cast<int64_t>(pairs.size());
  const auto count = static_cast<double>(pairs.size());
  for (const RestyledPair& pair : pairs) {
    s.good += pair.good() ? 1 : 0;
    s.before += pair.before / count;
    s.after += pair.after / count;
    s.old += pair.old / count;
    s.lips += pair.lips / count;
    s.blinks_before += pair.blinks_before;
    s.blinks += pair.blinks;
    s.least_after = std::min(s.least_after, pair.after);
    s.least_lips = std::min(s.least_lips, pair.lips);
  }
  return s;
}

}  // namespace flowtalk::evaluate
