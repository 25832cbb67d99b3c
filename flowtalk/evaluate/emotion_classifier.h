// The judge of evaluation: which emotion a motion shows and how strong, by a small network trained
// on recorded motion (flowtalk train classifier). Native backend.
#pragma once

#include <filesystem>
#include <memory>

#include "flowtalk/base/conditions.h"
#include "flowtalk/evaluate/observations.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::evaluate {

class EmotionClassifier {
 public:
  // Errors name the folder: missing, damaged, no classifier.
  static EmotionClassifier load(const std::filesystem::path& folder);
  ~EmotionClassifier();
  EmotionClassifier(EmotionClassifier&&) noexcept;
  EmotionClassifier& operator=(EmotionClassifier&&) noexcept;

  // A motion of one frame at least. Any thread may call it.
  Judgement judge(const motion::Motion& motion) const;
  motion::Axes axes() const;             // that it knows
  const Conditions& conditions() const;  // whose emotions it tells apart

 private:
  struct State;
  explicit EmotionClassifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::evaluate
