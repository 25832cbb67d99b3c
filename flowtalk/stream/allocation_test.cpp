// A step of a stream allocates nothing, once it has run for as long as it remembers. The operators
// that are counted are those of this whole program.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "flowtalk/base/recycled.h"
#include "flowtalk/stream/stream.h"
#include "tests/live_model.h"

namespace {

thread_local int64_t allocations = 0;

void* counted(size_t size, size_t align) {
  ++allocations;
  void* const block =
      std::aligned_alloc(align, (std::max<size_t>(size, 1) + align - 1) / align * align);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

}  // namespace

void* operator new(size_t size) { return counted(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(size_t size, std::align_val_t align) {
  return counted(size, static_cast<size_t>(align));
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { std::free(block); }

namespace flowtalk::stream {
namespace {

TEST(Allocations, AStepMakesNone) {
  if (!kRecycles) GTEST_SKIP() << "skipped: the address sanitizer is to see every use of memory";
  constexpr size_t kStep = 1280, kWarm = 6 * flame::kAudioHz;
  const auto model = tests::model_of(tests::live_config(), 3, formats::Dtype::kF16);
  const predict::Session session(model, 1);
  const auto voice = tests::speech_like(20);
  StreamOptions options;
  options.emotion = default_conditions().only(3);
  options.strength = 0.7f;
  options.temperature = 0.3f;
  options.blinks_per_minute = 60;
  Stream stream(LiveModel::of(model), options);
  stream.push(std::span(voice).first(kWarm));
  stream.run(session);
  while (stream.pull()) continue;
  for (size_t at = kWarm; at + kStep <= voice.size(); at += kStep) {
    const int64_t before = allocations;
    stream.push(std::span(voice).subspan(at, kStep));
    const int64_t steps = stream.run(session);
    const bool pulled = stream.pull() && stream.pull();
    const int64_t made = allocations - before;
    ASSERT_TRUE(steps == 1 && pulled) << steps;
    EXPECT_EQ(made, 0) << "in the step after " << at << " samples";
  }
}

}  // namespace
}  // namespace flowtalk::stream
