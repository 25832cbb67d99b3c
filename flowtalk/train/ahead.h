// The input of the next step is made on a thread of its own while this one's is used.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <utility>

namespace flowtalk::train {

template <class Input>
class Ahead {
 public:
  // make(step) must not depend on what happens between steps.
  explicit Ahead(std::function<Input(int64_t step)> make) : make_(std::move(make)) {}

  Input operator()(int64_t step) {
    Input now = next_step_ == step ? next_.get() : make_(step);
    next_step_ = step + 1;
    next_ = std::async(std::launch::async, make_, next_step_);
    return now;
  }

 private:
  std::function<Input(int64_t)> make_;
  std::future<Input> next_;
  int64_t next_step_ = -1;
};

}  // namespace flowtalk::train
