// The network of a model and the backend of a session, for the rooms that compute with them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/model/native.h"
#include "flowtalk/ops/packed_weights.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::predict {

struct Model::Network {
  std::unique_ptr<const model::NativeFlowTalk> layers;
  std::shared_ptr<ops::PackedWeights> packed = std::make_shared<ops::PackedWeights>();
  std::function<void()> drop_pages = [] {};  // of an external encoder's file
};

struct Session::State {
  std::shared_ptr<const Model> model;
  ThreadPool pool;
  std::mutex mutex;  // the pool serves one loop at a time
  ops::NativeOps ops;

  State(std::shared_ptr<const Model> shared, int threads)
      : model(std::move(shared)), pool(threads), ops(pool, model->network().packed) {}
};

// A session at work: no other thread is, until this goes.
class Workspace {
 public:
  explicit Workspace(const Session& session)
      : lock_(session.state().mutex),
        ops(session.state().ops),
        network(*session.model().network().layers) {}

 private:
  std::lock_guard<std::mutex> lock_;

 public:
  ops::NativeOps& ops;
  const model::NativeFlowTalk& network;
};

// (1, T, C) with one more frame, a copy of the last, if T is odd.
tensor::Tensor even_frames(ops::NativeOps& ops, const tensor::Tensor& x);

// What the conditioner hears of a voice (1, T', 2C): an even number of frames where the timing
// pads, and what follows, where it is known.
tensor::Tensor heard_of(ops::NativeOps& ops, const SpeechFeatures& speech,
                        const model::ModelConfig& config);

// A performance under several emotions is the blend of those under each
// (condition::emotions_apart).
class Blend {
 public:
  // share x motion, (T) and (T, 53); all motions alike, all shares of a frame add up to 1.
  void add(const tensor::Tensor& motion, std::span<const float> share);
  // (T, 53). A frame of one motion alone, or in which all motions are the same, keeps its bits.
  const tensor::Tensor& motion() const { return sum_; }

 private:
  tensor::Tensor first_, sum_;
};

}  // namespace flowtalk::predict
