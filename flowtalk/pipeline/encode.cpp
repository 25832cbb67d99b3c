#include "flowtalk/pipeline/encode.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/predict/default_checkpoint.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

std::vector<float> load_samples(const fs::path& path, const Reporter& reporter) {
  if (ending_of(path) != ".npy") return load_voice(path, reporter).samples;
  const tensor::Tensor x =
      formats::read_as(path, "npy", "samples of a voice (.npy), or a recording",
                       [&] { return formats::load_npy(path); });
  if (x.rank() != 1) {
    fail("{}: has shape {}, expected samples in one axis (N)", path.string(),
         tensor::to_string(x.shape()));
  }
  if (static_cast<double>(x.size()) > kMaxVoiceSeconds * flame::kAudioHz) {
    fail("{}: {} samples are longer than {} s, the most that is taken in one piece", path.string(),
         x.size(), kMaxVoiceSeconds);
  }
  for (int64_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) fail("{}: sample {} is not a finite number", path.string(), i);
  }
  return {x.values().begin(), x.values().end()};
}

// The numbers of the wanted hidden states.
std::vector<int64_t> wanted_states(const EncodeOptions& o, int layers) {
  if (o.layer && *o.layer > layers) {
    fail_usage("{} {}: this encoder has {} layers, expected between 0 and {}", Field("layer"),
               *o.layer, layers, layers);
  }
  if (!o.all) return {o.layer.value_or(layers)};
  std::vector<int64_t> states(static_cast<size_t>(layers) + 1);
  std::iota(states.begin(), states.end(), int64_t{0});
  return states;
}

// (T, H) for one state, else (states, T, H).
tensor::Tensor stack(const std::vector<tensor::Tensor>& states, bool all) {
  if (!all) return states.front();
  const tensor::Tensor& first = states.front();
  tensor::Tensor result({static_cast<int64_t>(states.size()), first.dim(0), first.dim(1)});
  float* to = result.data();
  for (const auto& state : states) to = std::copy_n(state.data(), state.size(), to);
  return result;
}

// What people should know of the encoder before they trust its features.
void tell_of(const encoder::StoredEncoder& stored, const Reporter& reporter) {
  for (const std::string& note : stored.notes()) reporter.note(note);
  constexpr int64_t kHop = 320;  // samples, of every published HuBERT and wav2vec 2.0
  const int64_t hop = stored.config().hop_samples();
  if (hop == kHop) return;
  reporter.warn(fmt::format(
      "{}: a frame every {} samples instead of {}; it is given sound at {} Hz, and if it was "
      "trained on another rate its features are wrong",
      stored.folder().string(), hop, kHop, flame::kAudioHz));
}

}  // namespace

tensor::Shape encode(const EncodeOptions& o, const Reporter& reporter) {
  if (o.voice.empty() || o.output.empty()) {
    fail_usage("which voice, and where to? for example: flowtalk encode voice.wav -o hidden.npy");
  }
  if (o.all && o.layer) {
    fail_usage("{} excludes {}; leave one out", Field("all"), Field("layer"));
  }
  refuse_to_replace(o.output, {o.voice});
  check_ending(o.output, ".npy", "output");
  check_writable(o.output);
  ThreadPool pool(o.threads);
  ops::NativeOps ops(pool);
  const encoder::StoredEncoder stored(o.encoder.empty() ? predict::default_checkpoint()
                                                        : fs::path(o.encoder));
  const encoder::HubertConfig& config = stored.config();
  const encoder::NativeHubert hubert = stored.make(ops);
  tell_of(stored, reporter);
  note_new_folders({o.output}, reporter);
  const auto states = wanted_states(o, config.num_hidden_layers);
  std::vector<float> wave = load_samples(o.voice, reporter);
  if (config.frames(static_cast<int64_t>(wave.size())) < 1) {
    fail("{}: {} samples are too few, the encoder needs {} for one frame; give a longer voice",
         o.voice, wave.size(), config.first_samples());
  }
  wave = encoder::levelled(wave, config);
  const tensor::Tensor result =
      stack(encoder::encode(ops, hubert, wave, states, {}, [&] { stored.drop_pages(); }), o.all);
  for (const float v : result.values()) {
    if (!std::isfinite(v)) fail("{}: gave a value that is not finite", stored.folder().string());
  }
  formats::save_npy(o.output, result);
  return result.shape();
}

}  // namespace flowtalk::pipeline
