#include "flowtalk/base/rng.h"

#include <cmath>
#include <numbers>

namespace flowtalk {
namespace {

uint64_t mix(uint64_t x) {  // finaliser of SplitMix64 (Steele et al., OOPSLA 2014)
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::array<uint32_t, 2> split(uint64_t key) {
  return {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

double unit_open(uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }

double box_muller(uint32_t a, uint32_t b) {
  return std::sqrt(-2.0 * std::log(unit_open(a))) * std::cos(2.0 * std::numbers::pi * unit_open(b));
}

}  // namespace

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(p0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

float noise_normal(uint64_t seed, uint32_t take, uint32_t frame, uint32_t channel) {
  const auto words = philox({frame, channel, take, 0x666c6f77u}, split(mix(seed)));
  return static_cast<float>(box_muller(words[0], words[1]));
}

float noise_uniform(uint64_t seed, uint32_t take, uint32_t frame, uint32_t channel) {
  const auto words = philox({frame, channel, take, 0x636f6465u}, split(mix(seed)));
  return static_cast<float>(words[0] >> 8) * 0x1p-24f;
}

Rng Rng::fork(std::string_view name) const {
  uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return Rng(mix(key_ ^ mix(hash)));
}

Rng Rng::fork(uint64_t index) const { return Rng(mix(key_ + mix(index ^ 0x5bd1e995ULL))); }

uint32_t Rng::next_u32() {
  const auto lane = static_cast<size_t>(position_ % 4);
  if (lane == 0) {
    const auto block = split(position_ / 4);
    block_ = philox({block[0], block[1], 0, 0}, split(key_));
  }
  ++position_;
  return block_[lane];
}

uint64_t Rng::next_u64() {
  const uint64_t low = next_u32();
  return low | (uint64_t{next_u32()} << 32);
}

double Rng::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }
double Rng::uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }

int64_t Rng::integer(int64_t lo, int64_t hi) {
  const auto span = static_cast<double>(hi - lo + 1);
  return lo + static_cast<int64_t>(span * uniform());
}

double Rng::normal() {
  const uint32_t a = next_u32();
  return box_muller(a, next_u32());
}

}  // namespace flowtalk
