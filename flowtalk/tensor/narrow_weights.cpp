#include "flowtalk/tensor/narrow_weights.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

namespace flowtalk::tensor {
namespace {

constexpr Half kInfinite = 0x7c00;

// The half that is this float, which must not be told from it; infinite where there is none.
Half half_of(float value) {
  // From the bias of floats to that of halves; what does not survive it is no half.
  const auto bits = std::bit_cast<uint32_t>(value * 0x1p-112f);
  const uint32_t size = (bits & 0x7fffffffu) >> 13;
  const float back = std::bit_cast<float>(size << 13) * 0x1p112f;
  if (size >= kInfinite || back != std::abs(value)) return kInfinite;
  return static_cast<Half>(size | (bits >> 31 << 15));
}

bool is_finite(Half half) { return (half & 0x7fffu) != kInfinite; }

// How large values are that are not 0.
struct Sizes {
  float least = 0, largest = 0;
  bool finite = true;

  void add(float value) {
    const float size = std::abs(value);
    finite &= std::isfinite(size);
    if (size > 0 && (least == 0 || size < least)) least = size;
    largest = std::max(largest, size);
  }
  bool few_steps() const { return finite && least > 0 && largest <= 255.5f * least; }
};

}  // namespace

bool may_be_halves(const float* values, int64_t count, int64_t stride) {
  constexpr int64_t kTried = 64;
  bool halves = true;
  for (int64_t i = 0; i < std::min(kTried, count); ++i)
    halves &= is_finite(half_of(values[i * stride]));
  return halves;
}

bool may_be_steps(const float* values, int64_t count, int64_t stride) {
  constexpr int64_t kTried = 4096;
  Sizes sizes;
  for (int64_t i = 0; i < std::min(kTried, count); ++i) sizes.add(values[i * stride]);
  if (!sizes.few_steps()) return false;
  bool whole = true;
  for (int64_t i = 0; i < std::min(kTried, count); ++i) {
    const float steps = values[i * stride] / sizes.least;
    whole &= std::abs(steps - std::round(steps)) < 1e-3f;
  }
  return whole;
}

std::optional<std::vector<Half>> to_halves(std::span<const float> values, ThreadPool* pool) {
  constexpr int64_t kPiece = 1 << 16;
  const auto count = std::ssize(values);
  std::vector<Half> halves(values.size());
  std::atomic<bool> exact = true;
  const auto convert = [&](int64_t piece) {
    const int64_t begin = piece * kPiece, end = std::min(count, begin + kPiece);
    bool all = true;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      halves[i] = half_of(values[i]);
      all &= is_finite(halves[i]);
    }
    if (!all) exact = false;
  };
  const int64_t pieces = (count + kPiece - 1) / kPiece;
  if (pool != nullptr && pieces > 1) {
    pool->parallel_for(pieces, convert);
  } else {
    for (int64_t i = 0; i < pieces; ++i) convert(i);
  }
  if (!exact) return std::nullopt;
  return halves;
}

std::optional<ByteWeights> to_steps(std::span<const float> values) {
  Sizes sizes;
  for (const float v : values) sizes.add(v);
  if (!sizes.few_steps()) return std::nullopt;
  const float step = sizes.least;
  const auto [lowest, highest] = std::ranges::minmax(values);
  const int zero = static_cast<int>(std::lround(-std::min(lowest, 0.0f) / step));
  if (zero + std::lround(std::max(highest, 0.0f) / step) > 255) return std::nullopt;
  ByteWeights bytes{{}, {step, zero}};
  bytes.values.reserve(values.size());
  for (const float v : values) {
    const auto steps = static_cast<int>(std::lround(v / step));
    if (step * static_cast<float>(steps) != v) return std::nullopt;
    bytes.values.push_back(static_cast<uint8_t>(steps + zero));
  }
  return bytes;
}

}  // namespace flowtalk::tensor
