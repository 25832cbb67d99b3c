// Addressable randomness: Philox 4x32-10 (Salmon et al., SC 2011). The same address gives the same
// number on any machine, in any order, from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace flowtalk {

// One block of four random words for a 128-bit counter and a 64-bit key.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// Standard normal noise at (seed, take, frame, channel); the flow's innovations come from here.
float noise_normal(uint64_t seed, uint32_t take, uint32_t frame, uint32_t channel);

// Uniform in [0, 1) at the same kind of address; codes are drawn by it.
float noise_uniform(uint64_t seed, uint32_t take, uint32_t frame, uint32_t channel);

// A sequence of random numbers with a position of its own. Copyable; fork() gives an independent
// stream by name or index, so that parallel work does not depend on its order.
class Rng {
 public:
  explicit Rng(uint64_t seed) : key_(seed) {}
  Rng fork(std::string_view name) const;
  Rng fork(uint64_t index) const;

  uint32_t next_u32();
  uint64_t next_u64();
  double uniform();                         // [0, 1)
  double uniform(double lo, double hi);     // [lo, hi)
  int64_t integer(int64_t lo, int64_t hi);  // lo..hi, both included
  double normal();
  double normal(double mean, double sd) { return mean + sd * normal(); }
  bool chance(double probability) { return uniform() < probability; }
  template <class Container>
  void shuffle(Container& items) {
    for (int64_t i = static_cast<int64_t>(items.size()) - 1; i > 0; --i) {
      std::swap(items[static_cast<size_t>(i)], items[static_cast<size_t>(integer(0, i))]);
    }
  }

 private:
  uint64_t key_;
  uint64_t position_ = 0;
  std::array<uint32_t, 4> block_{};
};

}  // namespace flowtalk
