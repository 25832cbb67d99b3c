// A small pool for data-parallel loops. Results never depend on the number of threads, as long as
// the body of item i writes only what belongs to item i.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace flowtalk {

class ThreadPool {
 public:
  explicit ThreadPool(int threads = 0);  // 0: one per hardware thread
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;
  // Calls body(i) once for each i in [0, count); returns when all are done. The caller works too.
  // The first exception is rethrown here. Not re-entrant: a body must not call parallel_for on the
  // same pool.
  void parallel_for(int64_t count, const std::function<void(int64_t)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk
