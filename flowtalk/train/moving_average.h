// A moving average of weights over the steps of training, which judges and answers better than the
// weights of any one step (Polyak and Juditsky, 1992).
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

#include "flowtalk/train/torch_params.h"

namespace flowtalk::train {

class MovingAverage {
 public:
  // Of the tensors of `params` under these prefixes but those of the names `without`, beginning
  // with their values.
  MovingAverage(TorchParams& params, const std::vector<std::string>& prefixes,
                const std::vector<std::string>& without, double keep);
  // After step `step`: at first it keeps less, (1 + step) / (10 + step).
  void update(int64_t step);
  // Puts the average in the place of the weights, and, the next time, back.
  void exchange();
  // The weights of the moment, beside a checkpoint that holds the average; and back.
  void save_weights(const std::filesystem::path& checkpoint) const;
  void load_weights(const std::filesystem::path& checkpoint);

 private:
  TorchParams& params_;
  double keep_;
  bool exchanged_ = false;
  std::map<std::string, torch::Tensor> other_;  // the average; while exchanged, the weights
};

}  // namespace flowtalk::train
