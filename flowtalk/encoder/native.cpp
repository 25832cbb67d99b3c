#include "flowtalk/encoder/native.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"

namespace flowtalk::encoder {

template struct Hubert<ops::NativeOps>;

namespace {

using ops::NativeOps;
using tensor::Tensor;

constexpr int64_t kPiece = 128;  // encoder frames whose convolutions are computed at a time

Tensor constant(NativeOps& ops, std::span<const float> wave, int64_t begin, int64_t count) {
  return ops.constant({1, count, 1},
                      wave.subspan(static_cast<size_t>(begin), static_cast<size_t>(count)));
}

// The norm over time of the first convolution, whose statistics are those of the whole clip, as
// y gain + shift.
struct TimeNorm {
  Tensor gain, shift;  // (C)
};

TimeNorm time_norm_of(NativeOps& ops, const FeatureConv<NativeOps>& conv, int64_t kernel,
                      std::span<const float> wave) {
  const int64_t channels = conv.gain.size(), stride = conv.options.stride;
  const int64_t frames = (static_cast<int64_t>(wave.size()) - kernel) / stride + 1;
  const auto width = static_cast<size_t>(channels);
  std::vector<double> sum(width, 0.0), squares(width, 0.0);
  constexpr int64_t kFrames = 8192;
  for (int64_t begin = 0; begin < frames; begin += kFrames) {
    const int64_t count = std::min(kFrames, frames - begin);
    const Tensor y =
        conv.convolve(ops, constant(ops, wave, begin * stride, (count - 1) * stride + kernel));
    for (int64_t t = 0; t < count; ++t) {
      const float* row = y.data() + t * channels;
      for (size_t c = 0; c < width; ++c) {
        const double value = row[c];
        sum[c] += value;
        squares[c] += value * value;
      }
    }
  }
  TimeNorm norm{Tensor({channels}), Tensor({channels})};
  for (size_t c = 0; c < width; ++c) {
    const auto i = static_cast<int64_t>(c);
    const double mean = sum[c] / static_cast<double>(frames);
    const double variance = std::max(0.0, squares[c] / static_cast<double>(frames) - mean * mean);
    const double gain = conv.gain[i] / std::sqrt(variance + conv.eps);
    norm.gain[i] = static_cast<float>(gain);
    norm.shift[i] = static_cast<float>(conv.shift[i] - mean * gain);
  }
  return norm;
}

// The convolutions of a clip, for any of its frames.
class LocalFeatures {
 public:
  LocalFeatures(NativeOps& ops, const NativeHubert& hubert, std::span<const float> wave)
      : ops_(ops), hubert_(hubert), wave_(wave) {
    const auto& first = hubert.convolutions.front();
    if (first.norm == FeatureConv<NativeOps>::Norm::kTime) {
      norm_ = time_norm_of(ops, first, hubert.config.conv_kernel.front(), wave);
    }
  }

  // Frames [begin, end): (1, end - begin, C).
  Tensor operator()(int64_t begin, int64_t end) const {
    const int64_t channels = hubert_.config.conv_dim.back();
    Tensor all({1, end - begin, channels});
    for (int64_t at = begin; at < end; at += kPiece) {
      const int64_t count = std::min(kPiece, end - at);
      const Tensor piece = compute(at, count);
      std::copy_n(piece.data(), piece.size(), all.data() + (at - begin) * channels);
    }
    return all;
  }

 private:
  Tensor compute(int64_t begin, int64_t count) const {
    const auto& c = hubert_.config;
    Tensor x = heard(begin * c.hop_samples() - c.conv_past,
                     (count - 1) * c.hop_samples() + c.receptive_samples());
    for (const auto& conv : hubert_.convolutions) {
      if (&conv == &hubert_.convolutions.front() && norm_) {
        x = ops_.mul(conv.convolve(ops_, x), norm_->gain);
        x = ops_.gelu(ops_.add(x, norm_->shift));
      } else {
        x = conv(ops_, x);
      }
    }
    return x;
  }

  // Samples [begin, begin + count), zeros before the clip.
  Tensor heard(int64_t begin, int64_t count) const {
    if (begin >= 0) return constant(ops_, wave_, begin, count);
    Tensor x = Tensor::zeros({1, count, 1});
    std::copy_n(wave_.begin(), count + begin, x.data() - begin);
    return x;
  }

  NativeOps& ops_;
  const NativeHubert& hubert_;
  std::span<const float> wave_;
  std::optional<TimeNorm> norm_;
};

// How many frames the transformer takes at a time, and sees before and after them.
struct Cut {
  int64_t step = 0, before = 0, after = 0;
};

// Where attention goes in blocks, windows lie on their grid, and what they see beside them is all
// that their frames depend on: bits do not change.
Cut cut_of(const HubertConfig& c, int64_t frames, const Windows& windows) {
  if (frames <= windows.whole) return {frames, 0, 0};
  if (c.attention_block == 0) return {windows.window, windows.context, windows.context};
  const auto to_grid = [&](int64_t x) {
    return (x + c.attention_block - 1) / c.attention_block * c.attention_block;
  };
  const int64_t per_layer = c.attention_left + c.attention_block;
  return {to_grid(windows.window), to_grid(c.position_left() + c.num_hidden_layers * per_layer),
          c.position_right()};
}

}  // namespace

std::vector<Tensor> encode(NativeOps& ops, const NativeHubert& hubert,
                           std::span<const float> waveform, std::span<const int64_t> states,
                           const Windows& windows, const std::function<void()>& after_layer) {
  const int64_t frames = hubert.config.frames(static_cast<int64_t>(waveform.size()));
  FT_CHECK(frames > 0, "{} samples", waveform.size());
  const int64_t width = hubert.config.hidden_size;
  std::vector<Tensor> result;
  for (size_t i = 0; i < states.size(); ++i) result.emplace_back(tensor::Shape{frames, width});
  const LocalFeatures features(ops, hubert, waveform);
  const Cut cut = cut_of(hubert.config, frames, windows);
  for (int64_t begin = 0; begin < frames; begin += cut.step) {
    const int64_t end = std::min(frames, begin + cut.step);
    const int64_t from = std::max<int64_t>(0, begin - cut.before);
    const Tensor local = features(from, std::min(frames, end + cut.after));
    int64_t state = 0;
    hubert.visit_states(
        ops, local,
        [&](const Tensor& x) {
          const auto wanted = std::find(states.begin(), states.end(), state++);
          if (wanted != states.end()) {
            Tensor& to = result[static_cast<size_t>(wanted - states.begin())];
            std::copy_n(x.data() + (begin - from) * width, (end - begin) * width,
                        to.data() + begin * width);
          }
          after_layer();
        },
        from);
  }
  return result;
}

Tensor encode_arranged(NativeOps& ops, const NativeHubert& hubert, std::span<const float> waveform,
                       const std::function<Tensor(const Tensor&)>& arrange,
                       const std::function<void()>& after_layer) {
  const int64_t frames = hubert.config.frames(static_cast<int64_t>(waveform.size()));
  FT_CHECK(frames > 0, "{} samples", waveform.size());
  const Tensor local = LocalFeatures(ops, hubert, waveform)(0, frames);
  const Tensor seen = arrange(local.reshape({frames, local.dim(2)}));
  const Tensor last = hubert.visit_states(ops, seen.reshape({1, seen.dim(0), seen.dim(1)}),
                                          [&](const Tensor&) { after_layer(); });
  return last.reshape({last.dim(1), last.dim(2)});
}

Tensor encode_last(NativeOps& ops, const NativeHubert& hubert, std::span<const float> waveform,
                   const Windows& windows, const std::function<void()>& after_layer) {
  const int64_t last = hubert.config.num_hidden_layers;
  return encode(ops, hubert, waveform, {&last, 1}, windows, after_layer).front();
}

}  // namespace flowtalk::encoder
