// The judge of evaluation: which emotion a motion shows and how strong, by a small network trained
// on recorded motion (flowtalk train classifier). Native backend.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "flowtalk/evaluate/observations.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::evaluate {

class EmotionClassifier {
 public:
  // Errors name the folder: missing, damaged, no classifier.
  static EmotionClassifier load(const std::filesystem::path& folder);
  ~EmotionClassifier();
  EmotionClassifier(EmotionClassifier&&) noexcept;
  EmotionClassifier& operator=(EmotionClassifier&&) noexcept;

  // motion (T, 53), T >= 1. Any thread may call it.
  Judgement judge(const tensor::Tensor& motion) const;
  // Whose expression axes it knows: builtin, or flame.
  const std::string& face() const;

 private:
  struct State;
  explicit EmotionClassifier(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::evaluate
