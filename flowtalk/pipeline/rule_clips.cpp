#include "flowtalk/pipeline/rule_clips.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/data/face_points.h"
#include "flowtalk/data/face_take.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/data/timed_labels.h"
#include "flowtalk/evaluate/lip_follow.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/synth/prosody.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr double kBetweenEyes_mm = 90.2;  // outer corners of the built-in head's
constexpr double kBeside_s = 0.06;        // sound beside the words that the aligner hears
constexpr double kRest = 0.08;            // quantile of the jaw that counts as its rest

bool is_pause(const data::TimedLabel& word) { return word.label == "sil" || word.label == "sp"; }

// The phones of the words. The aligner hears the part of the sound that has words: breath before
// them would be taken for the first.
std::optional<std::vector<data::Phone>> phones_of(const audio::Audio& audio,
                                                  const std::vector<data::TimedLabel>& words,
                                                  data::PhoneRecognizer& recognizer) {
  std::string text;
  double first_s = audio.duration_s(), last_s = 0;
  for (const data::TimedLabel& word : words) {
    if (is_pause(word)) continue;
    text += word.label + " ";
    first_s = std::min(first_s, word.start_s);
    last_s = std::max(last_s, word.end_s);
  }
  if (text.empty()) return std::nullopt;
  const double begin_s = std::max(0.0, first_s - kBeside_s);
  const auto sample = [&](double s) {
    return std::min<int64_t>(std::ssize(audio.samples),
                             static_cast<int64_t>(s * static_cast<double>(audio.rate_hz)));
  };
  audio::Audio part;
  part.rate_hz = audio.rate_hz;
  part.samples.assign(audio.samples.begin() + sample(begin_s),
                      audio.samples.begin() + sample(last_s + kBeside_s));
  auto phones = recognizer.align(part, text);
  if (!phones) return std::nullopt;
  for (data::Phone& p : *phones) p.start_s += begin_s, p.end_s += begin_s;
  phones->insert(phones->begin(), {0, begin_s, data::kSilence});
  return data::tidy_phones(*phones, audio.duration_s());
}

std::optional<RuleClip> load_clip(const fs::path& file, data::PhoneRecognizer& recognizer) {
  RuleClip clip;
  clip.name = file.stem().string();
  clip.file = file;
  clip.kept_out = is_kept_out(clip.name);
  const audio::Audio audio = audio::load_audio(data::sound_beside(file));
  const auto phones = phones_of(
      audio, data::load_grid_words(fs::path(file).replace_extension(".align")), recognizer);
  if (!phones) return std::nullopt;
  clip.phones = *phones;
  const data::FacePoints points = data::load_face_points(file);
  clip.gap_mm = data::resampled(data::lip_gaps(points), points.rate_hz, flame::kFps);
  for (double& gap : clip.gap_mm) gap *= kBetweenEyes_mm;
  const data::FaceTake scores = data::load_score_take(file);
  const auto open = scores.curve("jawOpen");
  if (!open) fail("{}: names: has no jawOpen, which the rules' jaw is fitted to", file.string());
  clip.jaw = data::resampled(*open, scores.rate_hz, flame::kFps);
  const double rest = quantile_below(clip.jaw, kRest);
  for (double& jaw : clip.jaw) jaw = (jaw - rest) * static_cast<double>(face::kJawOpen);
  clip.loudness = synth::measure_prosody(audio).loudness;
  const size_t frames = std::min({clip.loudness.size(), clip.gap_mm.size(), clip.jaw.size()});
  clip.loudness.resize(frames), clip.gap_mm.resize(frames), clip.jaw.resize(frames);
  clip.sound = evaluate::loudness_of(audio, static_cast<int64_t>(frames));
  clip.speech = evaluate::speech_in(clip.sound);
  return clip;
}

std::vector<fs::path> find_clips(const std::vector<std::string>& folders) {
  std::vector<fs::path> files;
  for (const std::string& folder : folders) {
    if (!fs::is_directory(folder)) fail("{}: no such folder", folder);
    for (const auto& entry : fs::directory_iterator(folder)) {
      const fs::path& file = entry.path();
      if (file.extension() != ".npz" || data::sound_beside(file).empty()) continue;
      if (fs::exists(fs::path(file).replace_extension(".align"))) files.push_back(file);
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    fail("recordings: nothing to fit to; expected NAME.npz, NAME.align and NAME.flac in a folder");
  }
  return files;
}

}  // namespace

bool is_kept_out(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash % 3 == 0;
}

std::vector<RuleClip> load_rule_clips(const std::vector<std::string>& folders, int threads,
                                      const Reporter& reporter) {
  const std::vector<fs::path> files = find_clips(folders);
  std::vector<std::optional<RuleClip>> found(files.size());
  ThreadPool pool(threads);
  const Advance advance = reporter.begin("phones", std::ssize(files), "clips");
  std::atomic<size_t> next = 0;
  pool.parallel_for(pool.threads(), [&](int64_t) {
    data::PhoneRecognizer recognizer;
    for (size_t i = next++; i < files.size(); i = next++) {
      found[i] = load_clip(files[i], recognizer);
      advance(1, "");
    }
  });
  std::vector<RuleClip> clips;
  for (size_t i = 0; i < files.size(); ++i) {
    if (found[i]) {
      clips.push_back(std::move(*found[i]));
    } else {
      reporter.warn(
          fmt::format("{}: left out, its sound does not fit its words", files[i].string()));
    }
  }
  if (clips.empty()) fail("recordings: no clip's sound fits its words");
  return clips;
}

double quantile_below(std::vector<double> values, double q) {
  const auto at = static_cast<int64_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<size_t>(at)];
}

}  // namespace flowtalk::pipeline
