// flowtalk encode: a voice in, hidden states of the speech encoder out, exactly as the encoder
// gives them for the clip: no padding, frames = (samples - 400) / 320 + 1, rounded down.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/outputs.h"
#include "apps/voices.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

struct EncodeCommand {
  std::string voice, encoder, output;
  int layer = -1, threads = 0;
  bool all = false, quiet = false;
};

void declare(CLI::App& app, EncodeCommand& c) {
  app.add_option("VOICE,--wav,--wav-path", c.voice,
                 "a sound file, or an .npy of float samples at 16 kHz, (N)");
  app.add_option("--encoder", c.encoder,
                 "HuBERT folder of Hugging Face, or a checkpoint of flowtalk (default: the model "
                 "that ships)");
  app.add_option("-o,--out,--output,--save-path", c.output, "the .npy to write");
  auto* layer = app.add_option("--layer", c.layer,
                               "this hidden state instead of the last; 0 enters the first layer");
  layer->check(CLI::Range(0, 1000));
  app.add_flag("--all", c.all, "all hidden states, (layers + 1, T, H)")->excludes(layer);
  app.add_option("--threads", c.threads, "threads to compute with (default: all)")
      ->check(CLI::Range(0, 256));
  app.add_flag("-q,--quiet", c.quiet, "print nothing");
  app.footer(
      "Writes float32 (T, H). Clips up to 60 s are encoded in one piece; in longer ones attention "
      "sees windows of 40 s with 5 s more on both sides.\n"
      "Examples:\n"
      "  flowtalk encode voice.wav --encoder hubert-base-ls960 -o hidden.npy\n"
      "  flowtalk encode samples.npy --encoder hubert-base-ls960 --all -o states.npy\n");
}

std::vector<float> load_samples(const fs::path& path) {
  if (path.extension() != ".npy") return load_voice(path).samples;
  const tensor::Tensor x = formats::load_npy(path);
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
std::vector<int64_t> wanted_states(const EncodeCommand& c, int layers) {
  if (c.layer > layers) {
    fail_usage("--layer {}: this encoder has {} layers, expected between 0 and {}", c.layer, layers,
               layers);
  }
  if (!c.all) return {c.layer >= 0 ? c.layer : layers};
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

}  // namespace

int encode(const Args& args) {
  EncodeCommand c;
  CLI::App app("Writes the hidden states of a speech encoder for one voice.", "flowtalk encode");
  declare(app, c);
  if (!parse(app, args)) return 0;
  if (c.voice.empty() || c.output.empty()) {
    fail_usage("which voice, and where to? for example: flowtalk encode voice.wav -o hidden.npy");
  }
  check_writable(c.output);
  refuse_to_replace(c.output, {c.voice});
  ThreadPool pool(c.threads);
  ops::NativeOps ops(pool);
  const encoder::StoredEncoder stored(c.encoder.empty() ? predict::default_checkpoint()
                                                        : fs::path(c.encoder));
  const encoder::HubertConfig& config = stored.config();
  const encoder::NativeHubert hubert = stored.make(ops);
  const auto states = wanted_states(c, config.num_hidden_layers);
  std::vector<float> wave = load_samples(c.voice);
  if (config.frames(static_cast<int64_t>(wave.size())) < 1) {
    fail("{}: {} samples are too few, the encoder needs {} for one frame; give a longer voice",
         c.voice, wave.size(), config.receptive_samples());
  }
  if (config.do_normalize) wave = encoder::normalise(wave);
  const tensor::Tensor result =
      stack(encoder::encode(ops, hubert, wave, states, {}, [&] { stored.drop_pages(); }), c.all);
  for (const float v : result.values()) {
    if (!std::isfinite(v)) fail("{}: the encoder gave a value that is not finite", c.encoder);
  }
  formats::save_npy(c.output, result);
  if (!c.quiet) fmt::print("{}: {} float32\n", c.output, tensor::to_string(result.shape()));
  return 0;
}

}  // namespace flowtalk::apps
