// What a Predictor holds, and the steps that its functions share. Internal to this room.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/model/native.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::predict {

struct Predictor::State {
  model::ModelConfig config;
  mutable ThreadPool pool;
  mutable std::mutex mutex;  // the pool serves one loop at a time
  mutable ops::NativeOps ops;
  std::unique_ptr<model::NativeFlowTalk> model;

  std::function<void()> drop_pages = [] {};  // of an external encoder's file

  explicit State(int threads) : pool(threads), ops(pool) {}

  void make_model(params::NativeParams& source);
  // The same with the encoder of a Hugging Face folder, which must be that of training.
  void make_model(params::NativeParams& source, const std::filesystem::path& checkpoint,
                  const std::filesystem::path& encoder_folder);
};

// (1, T, C) with one more frame, a copy of the last, if T is odd.
tensor::Tensor even_frames(ops::NativeOps& ops, const tensor::Tensor& x);

// Usage Error: a negative weight, weights that do not sum to one, a strength out of range.
void check_emotion(const std::array<float, 8>& weights, float strength);

}  // namespace flowtalk::predict
