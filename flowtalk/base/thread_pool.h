// A small pool for data-parallel loops. Results never depend on the number of threads, as long as
// the body of item i writes only what belongs to item i.
#pragma once

#include <cstdint>
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
  template <class Body>
  void parallel_for(int64_t count, const Body& body) {
    run(count, &body, [](const void* b, int64_t i) { (*static_cast<const Body*>(b))(i); });
  }

 private:
  using Call = void (*)(const void* body, int64_t i);
  void run(int64_t count, const void* body, Call call);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk
