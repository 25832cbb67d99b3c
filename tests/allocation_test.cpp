// What is recycled: a step of a stream allocates nothing once it has run for as long as it
// remembers, and a thread leaves nothing behind. The operators that are counted are those of this
// whole program.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <thread>
#include <utility>

#include "flowtalk/base/recycled.h"
#include "flowtalk/stream/stream.h"
#include "tests/live_model.h"

namespace {

std::atomic<int64_t> allocated = 0, freed = 0;

}  // namespace

#if !defined(__SANITIZE_ADDRESS__)  // which has operators of its own
namespace {

void* counted(size_t size, size_t align) {
  ++allocated;
  const size_t whole = (std::max<size_t>(size, 1) + align - 1) / align * align;
  void* const block = std::aligned_alloc(align, whole);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void release(void* block) {
  if (block != nullptr) ++freed;
  std::free(block);
}

}  // namespace

void* operator new(size_t size) { return counted(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(size_t size, std::align_val_t align) {
  return counted(size, static_cast<size_t>(align));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete(void* block, size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { release(block); }
#endif

namespace flowtalk {
namespace {

constexpr const char* kNothing =
    "skipped: nothing is recycled under the address sanitizer, which is to see every use of "
    "memory, "
    "nor on Windows";

// How many allocations 175 steps of 80 ms make after 6 s of sound: sound in, a step, two frames
// out.
int64_t allocations_of_steps(int threads) {
  constexpr size_t kStep = 1280, kWarm = 6 * flame::kAudioHz;
  const auto model = tests::model_of(tests::live_config(), 3, formats::Dtype::kF16);
  const predict::Session session(model, threads);
  const auto voice = tests::speech_like(20);
  stream::StreamOptions options;
  options.emotion = default_conditions().only(3);
  options.strength = 0.7f;
  options.temperature = 0.3f;
  options.blinks_per_minute = 60;
  stream::Stream stream(stream::LiveModel::of(model), options);
  stream.push(std::span(voice).first(kWarm));
  stream.run(session);
  while (stream.pull()) continue;
  int64_t made = 0;
  for (size_t at = kWarm; at + kStep <= voice.size(); at += kStep) {
    const int64_t before = allocated;
    stream.push(std::span(voice).subspan(at, kStep));
    const int64_t steps = stream.run(session);
    const bool pulled = stream.pull() && stream.pull();
    made += allocated - before;
    EXPECT_TRUE(steps == 1 && pulled) << steps;
  }
  return made;
}

TEST(Allocations, AStepMakesNone) {
  if (!kRecycles) GTEST_SKIP() << kNothing;
  EXPECT_EQ(allocations_of_steps(1), 0);
}

// A thread that comes to an item for the first time has nothing to take again.
TEST(Allocations, StepsOfSeveralThreadsMakeNextToNone) {
  if (!kRecycles) GTEST_SKIP() << kNothing;
  EXPECT_LT(allocations_of_steps(2), 40);
}

TEST(Allocations, AThreadThatEndsLeavesNothingBehind) {
  if (!kRecycles) GTEST_SKIP() << kNothing;
  const int64_t before = allocated - freed;
  std::thread([] {
    RecycledVector<int> here(100, 1);
    std::thread([there = std::move(here)]() mutable {
      // Begun before the lists of this thread, so that it ends after them.
      thread_local RecycledVector<int> late;
      late = std::move(there);
      RecycledVector<int>(200, 2).swap(late);
    }).join();
  }).join();
  EXPECT_EQ(allocated - freed, before);
}

}  // namespace
}  // namespace flowtalk
