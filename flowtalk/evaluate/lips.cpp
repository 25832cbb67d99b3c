#include "flowtalk/evaluate/lips.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::evaluate {
namespace {

struct Gaps {
  std::vector<float> bilabial, open;

  void add(const LipRecording& recording, int offset) {
    const auto frames = static_cast<int64_t>(recording.gap.size());
    for (int64_t t = 0; t < static_cast<int64_t>(recording.classes.size()); ++t) {
      const int64_t moved = t + offset;
      if (moved < 0 || moved >= frames) continue;
      const float gap = recording.gap[static_cast<size_t>(moved)];
      const LipClass heard = recording.classes[static_cast<size_t>(t)];
      if (heard == LipClass::kBilabial) bilabial.push_back(gap);
      if (heard == LipClass::kOpen) open.push_back(gap);
    }
  }
};

double mean_mm(const std::vector<float>& gaps) {
  double sum = 0;
  for (const float gap : gaps) sum += gap;
  return gaps.empty() ? 0.0 : 1000 * sum / static_cast<double>(gaps.size());
}

LipScore score(const std::string& name, const Gaps& gaps) {
  return {name,
          roc_auc(gaps.bilabial, gaps.open),
          static_cast<int64_t>(gaps.bilabial.size()),
          static_cast<int64_t>(gaps.open.size()),
          mean_mm(gaps.bilabial),
          mean_mm(gaps.open)};
}

LipScore pool(std::span<const LipRecording> recordings, int offset) {
  Gaps gaps;
  for (const LipRecording& recording : recordings) gaps.add(recording, offset);
  return score("pooled", gaps);
}

}  // namespace

std::vector<LipClass> lip_classes(const std::vector<data::Phone>& phones, int64_t frames) {
  constexpr double kFrame_s = 1.0 / flame::kFps;
  std::vector<LipClass> classes;
  for (const int id : data::frame_targets(phones, frames, kFrame_s, 0)) {
    classes.push_back(data::is_bilabial(id)     ? LipClass::kBilabial
                      : data::is_open_vowel(id) ? LipClass::kOpen
                                                : LipClass::kOther);
  }
  return classes;
}

std::vector<float> lip_gaps(const motion::Motion& motion, const face::Face& face) {
  const face::Deformer deformer(face);
  std::vector<float> vertices(static_cast<size_t>(face.vertex_count() * 3));
  std::vector<float> gaps;
  for (int64_t t = 0; t < motion.frames(); ++t) {
    face::FaceFrame frame = face::frame_of(motion, t, deformer);
    frame.root = frame.neck = frame.translation = {};  // in the head's own frame
    deformer.vertices(frame, vertices);
    gaps.push_back(face::lip_gap(face, vertices));
  }
  return gaps;
}

LipRecording measure_lips(const std::string& name, const audio::Audio& audio,
                          const motion::Motion& motion, data::PhoneRecognizer& recognizer,
                          const face::Face& face) {
  LipRecording recording{name, lip_gaps(motion, face), {}};
  recording.classes = lip_classes(recognizer.recognize(audio), motion.frames());
  return recording;
}

std::optional<double> roc_auc(std::vector<float> bilabial, std::vector<float> open) {
  if (bilabial.empty() || open.empty()) return std::nullopt;
  std::sort(bilabial.begin(), bilabial.end());
  double wins = 0;
  for (const float gap : open) {
    const auto [low, high] = std::equal_range(bilabial.begin(), bilabial.end(), gap);
    wins += static_cast<double>(low - bilabial.begin()) + 0.5 * static_cast<double>(high - low);
  }
  return wins / (static_cast<double>(bilabial.size()) * static_cast<double>(open.size()));
}

LipReport check_lips(std::span<const LipRecording> recordings, int max_offset) {
  LipReport report;
  for (int step = 0; step <= 2 * max_offset; ++step) {
    const int offset = step % 2 == 0 ? step / 2 : -(step + 1) / 2;  // 0, -1, 1, -2, 2, ...
    LipScore pooled = pool(recordings, offset);
    if (!pooled.auc || (report.pooled.auc && *pooled.auc <= *report.pooled.auc)) continue;
    report.pooled = std::move(pooled);
    report.offset_frames = offset;
  }
  if (!report.pooled.auc) {
    fail("the {} recordings hold no frames of both P, B, M and open vowels; use longer speech",
         recordings.size());
  }
  for (const LipRecording& recording : recordings) {
    Gaps gaps;
    gaps.add(recording, report.offset_frames);
    report.files.push_back(score(recording.name, gaps));
  }
  return report;
}

}  // namespace flowtalk::evaluate
