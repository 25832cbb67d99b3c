#include "flowtalk/data/check_clip.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::data {
namespace {

constexpr float kFullScale = 0.999f;
constexpr int kClippedRun = 3;  // that many samples at full scale in a row are no chance peak

// FNV-1a over 32-bit words.
class Hash {
 public:
  void add(uint32_t word) {
    for (int byte = 0; byte < 4; ++byte) {
      state_ = (state_ ^ (word >> (8 * byte) & 0xffu)) * 0x100000001b3u;
    }
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0xcbf29ce484222325u;
};

bool has_shape(const motion::Motion& motion) {
  const auto first = motion.shape.at(0);
  return std::any_of(first.begin(), first.end(), [](float x) { return x != 0; });
}

void measure_motion(const tensor::Tensor& motion, ClipFacts& facts) {
  constexpr int64_t kWidth = motion::kLive;
  facts.frames = motion.dim(0);
  std::copy_n(motion.data(), kWidth, facts.low.begin());
  facts.high = facts.low;
  Hash hash;
  for (int64_t t = 0; t < facts.frames; ++t) {
    const float* row = motion.data() + t * kWidth;
    if (t > 0 && std::equal(row, row + kWidth, row - kWidth)) ++facts.repeated;
    for (int64_t c = 0; c < kWidth; ++c) {
      const float x = row[c];
      auto &low = facts.low[static_cast<size_t>(c)], &high = facts.high[static_cast<size_t>(c)];
      low = std::min(low, x);
      high = std::max(high, x);
      if (c < motion::kJawAt) {
        facts.expression_beyond += std::fabs(x) > kExpressionLimit ? 1 : 0;
      } else {
        facts.jaw_beyond += x < kJawLow || x > kJawHigh ? 1 : 0;
      }
      hash.add(std::bit_cast<uint32_t>(x));
    }
  }
  facts.motion_hash = hash.value();
}

void measure_sound(std::span<const float> samples, ClipFacts& facts) {
  double energy = 0;
  int64_t clipped = 0, run = 0;
  Hash hash;
  for (const float x : samples) {
    energy += static_cast<double>(x) * static_cast<double>(x);
    run = std::fabs(x) >= kFullScale ? run + 1 : 0;
    clipped += run == kClippedRun ? kClippedRun : run > kClippedRun ? 1 : 0;
    hash.add(static_cast<uint32_t>(std::lrint(x * 32767.0f)));
  }
  const auto count = static_cast<double>(samples.size());
  facts.rms_db = 10 * std::log10(energy / count + 1e-12);
  facts.clipped_share = static_cast<double>(clipped) / count;
  facts.sound_hash = hash.value();
}

std::vector<float> jaw_opening(const tensor::Tensor& motion) {
  std::vector<float> opening;
  for (int64_t t = 0; t < motion.dim(0); ++t) {
    opening.push_back(motion[t * motion::kLive + motion::kJawAt]);
  }
  return opening;
}

// (T, 53). What motion::load_motion() refuses, sorted by kind; the axes do not matter here.
std::optional<tensor::Tensor> try_motion(const Clip& clip, ClipFacts& facts) {
  facts.motion_fault = "unreadable motion";
  try {
    const tensor::Tensor raw = formats::load_npy(clip.npy);
    facts.width = raw.rank() >= 2 ? raw.dim(-1) : 0;
    const bool known = motion::is_row_width(facts.width);
    facts.motion_fault = known ? "motion not finite" : "wrong width";
    if (known && raw.empty()) facts.motion_fault = "unreadable motion";
    const auto motion = motion::checked_rows(raw, motion::Axes::kBuiltin, clip.npy.string());
    facts.motion_fault.clear();
    facts.has_shape = has_shape(motion);
    return live_of(motion);
  } catch (const Error& e) {
    facts.motion_problem = e.what();
    return {};
  }
}

}  // namespace

void ChannelCounts::add(const tensor::Tensor& motion) {
  const std::lock_guard lock(mutex_);
  frames_ += motion.dim(0);
  for (int64_t i = 0; i < motion.size(); ++i) {
    const int64_t channel = i % motion::kLive;
    const double half = half_range(channel);
    const double at = (static_cast<double>(motion[i]) + half) / (2 * half) * kBins;
    const auto bin = static_cast<int64_t>(std::clamp(at, 0.0, static_cast<double>(kBins - 1)));
    ++counts_[static_cast<size_t>(channel * kBins + bin)];
  }
}

double ChannelCounts::quantile(int64_t channel, double share) const {
  const double wanted = share * static_cast<double>(frames_);
  double seen = 0;
  const double half = half_range(channel);
  for (int64_t bin = 0; bin < kBins; ++bin) {
    seen += counts_[static_cast<size_t>(channel * kBins + bin)];
    if (seen >= wanted) {
      return (static_cast<double>(bin) + 0.5) / static_cast<double>(kBins) * 2 * half - half;
    }
  }
  return half;
}

ClipFacts measure_clip(const Clip& clip, ChannelCounts& counts) {
  ClipFacts facts;
  const auto motion = try_motion(clip, facts);
  if (motion) {
    measure_motion(*motion, facts);
    counts.add(*motion);
  }
  try {
    audio::SourceFormat source;
    const audio::Audio sound = audio::load_audio(clip.wav, {}, &source);
    facts.sound_s = sound.duration_s();
    facts.source_hz = source.rate_hz;
    facts.source_channels = source.channels;
    measure_sound(sound.samples, facts);
    if (motion) {
      facts.lag =
          correlate(loudness_per_frame(sound.samples, motion->dim(0)), jaw_opening(*motion));
    }
  } catch (const Error& e) {
    facts.sound_problem = e.what();
  }
  return facts;
}

}  // namespace flowtalk::data
