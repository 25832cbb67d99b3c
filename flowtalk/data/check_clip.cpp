#include "flowtalk/data/check_clip.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/formats/named_arrays.h"
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

// What to call it if the motion is refused.
std::string fault_of(const std::vector<formats::NamedArray>& arrays) {
  if (arrays.size() != 1 || !arrays[0].name.empty()) return "unreadable motion";
  const tensor::Shape shape = arrays[0].load().shape;
  if (shape.size() < 2 || !motion::is_row_width(shape.back())) return "wrong width";
  return tensor::count(shape) == 0 ? "unreadable motion" : "motion not finite";
}

// (T, 53) at the models' rate. What load_clip_motion() refuses, sorted by kind; whose axes they are
// does not matter here.
std::optional<tensor::Tensor> try_motion(const Clip& clip, ClipFacts& facts) {
  facts.motion_fault = "unreadable motion";
  try {
    const auto arrays = formats::open_arrays(clip.motion);
    facts.motion_fault = fault_of(arrays);
    const motion::MotionFile file = motion::motion_of(arrays, clip.motion.string(), {});
    facts.motion_fault.clear();
    facts.width = row_width(file.motion);
    facts.motion_hz = file.motion.rate_hz;
    if (file.says_axes) facts.axes = file.motion.axes;
    for (const std::string& remark : file.remarks) facts.odd.push_back(plain_fields(remark));
    facts.unused = file.unused;
    facts.has_shape = has_shape(file.motion);
    return live_of(motion::resample(file.motion, flame::kFps));
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
    facts.sound_warnings = source.warnings(facts.sound_s);
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
