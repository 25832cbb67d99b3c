#include "flowtalk/pipeline/import_takes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <tuple>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/arkit_takes.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/lag.h"
#include "flowtalk/data/pieces.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/score_file.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr double kLate_ms = 80;
constexpr double kLonger_s = 0.5;                  // a face may last longer than its sound
constexpr double kAfter_s = 1, kAfterShare = 0.1;  // and sound longer than its face
constexpr int64_t kSamplesPerFrame = flame::kAudioHz / flame::kFps;
constexpr int64_t kAtOnce = 8;  // takes in memory per thread
constexpr int kLastSentence = 999;

// Scores of a face at rest: the mean of a file; empty without one.
std::vector<float> rest_of(const std::string& path, const Reporter& reporter) {
  if (path.empty()) return {};
  data::FaceTake take = check_scores(path, std::nullopt, reporter).file.take;
  if (take.rate_hz == 0) take.rate_hz = flame::kFps;  // a mean has none
  const arkit::Take scores = data::arkit_of(take, take.rate_hz);
  std::vector<float> mean(arkit::kShapes);
  for (int64_t i = 0; i < scores.scores.size(); ++i) {
    mean[static_cast<size_t>(i) % arkit::kShapes] +=
        scores.scores[i] / static_cast<float>(scores.frames());
  }
  return mean;
}

void take_off(const std::vector<float>& rest, tensor::Tensor& scores) {
  for (int64_t i = 0; !rest.empty() && i < scores.size(); ++i) {
    const float still = std::clamp(rest[static_cast<size_t>(i) % rest.size()], 0.0f, 0.9f);
    scores[i] = std::max(0.0f, (scores[i] - still) / (1 - still));
  }
}

// What a take is made into, or why it is left out.
struct Loaded {
  motion::Motion motion;
  audio::Audio sound;
  std::vector<audio::SoundWarning> sound_warnings;
  std::vector<std::string> warnings;
  std::vector<data::Piece> pieces;
  std::optional<data::LagCurve> lag_curve;
  data::Lag lag;
  data::LeftOut left_out;  // kind "": none
};

void refuse_other_length(double face_s, double sound_s, double rate_hz, const std::string& where) {
  const bool longer = face_s > sound_s + kLonger_s;
  if (!longer && sound_s <= face_s + std::max(kAfter_s, kAfterShare * sound_s)) return;
  fail(
      "{}: its face lasts {:.1f} s at {:g} frames per second, its sound {:.1f} s; if it is the "
      "same "
      "take, {} {:.4g} says its rate",
      where, face_s, rate_hz, sound_s, Field("motion_fps"), rate_hz * face_s / sound_s);
}

// The lips' gap of the built-in head in every frame, millimetres.
std::vector<float> gaps_of(const motion::Motion& motion) {
  static const face::Deformer deformer(face::builtin_face());
  std::vector<float> vertices(static_cast<size_t>(face::builtin_face().rest.size())), gaps;
  for (int64_t t = 0; t < motion.frames(); ++t) {
    deformer.vertices(face::frame_of(motion, t), vertices);
    gaps.push_back(1e3f * face::lip_gap(face::builtin_face(), vertices));
  }
  return gaps;
}

double in_ms(const data::Lag& lag) { return 1000 * lag.frames / flame::kFps; }

// "" if the mouth is in time, or if nothing is sure.
std::string late_warning(const data::Lag& lag, const std::string& where) {
  const double ms = in_ms(lag);
  if (std::abs(ms) <= kLate_ms || lag.confidence < kSureOfLag) return {};
  return fmt::format(
      "{}: the mouth comes {:.0f} ms {} the sound (correlation {:.2f}); training on it teaches "
      "that",
      where, std::abs(ms), ms > 0 ? "after" : "before", lag.correlation);
}

void measure_lag(const std::vector<float>& loudness, const std::string& where, Loaded& loaded) {
  loaded.lag_curve = data::correlate(loudness, gaps_of(loaded.motion));
  if (!loaded.lag_curve) return;
  loaded.lag = data::lag_of_clip(*loaded.lag_curve, loaded.motion.frames());
  const std::string warning = late_warning(loaded.lag, where);
  if (!warning.empty()) loaded.warnings.push_back(warning);
}

Loaded load(const data::ArkitTake& take, const std::vector<float>& rest,
            const ImportTakesOptions& o) {
  Loaded loaded;
  const std::string where = take.face.string();
  Reporter reporter;
  reporter.warn = [&](const std::string& line) { loaded.warnings.push_back(line); };
  try {
    const data::FaceTake face = check_scores(where, o.motion_fps, reporter).file.take;
    if (face.rate_hz == 0) {
      fail("{}: says no frame rate; give {}", where, Field("motion_fps"));
    }
    audio::SourceFormat source;
    loaded.sound = audio::load_audio(take.sound, {}, &source);
    loaded.sound_warnings = source.warnings(loaded.sound.duration_s());
    const double face_s = static_cast<double>(face.frames()) / face.rate_hz;
    refuse_other_length(face_s, loaded.sound.duration_s(), face.rate_hz, where);
    arkit::Take scores = data::arkit_of(face, flame::kFps);
    warn_of_far_values(scores, where, reporter);
    take_off(rest, scores.scores);
    scores.turns = {};
    const motion::Motion whole = arkit::motion_of(scores, o.gain);
    const int64_t heard = std::ssize(loaded.sound.samples) / kSamplesPerFrame;
    loaded.motion = motion::slice(whole, 0, std::min(whole.frames(), heard));
    if (loaded.motion.frames() == 0) fail("{}: holds less than a frame of 40 ms", where);
    const auto loudness = data::loudness_per_frame(loaded.sound.samples, loaded.motion.frames());
    measure_lag(loudness, where, loaded);
    loaded.pieces = data::pieces_of(loudness, std::lround(o.piece_s * flame::kFps));
  } catch (const Error& e) {
    loaded.left_out = {"damaged", where, plain_fields(e.what()), false};
  }
  return loaded;
}

// Sentences of one style, emotion and level: of eight one for validation, one for tests, as long as
// 3DMEAD's splits have numbers for them; others for training, first with 3DMEAD's numbers.
class Sentences {
 public:
  int next(bool neutral) {
    const int train_end = neutral ? 32 : 24, validation_end = neutral ? 36 : 27,
              test_end = neutral ? data::kNeutralSentences : data::kEmotionalSentences;
    const int turn = count_++ % 8;
    if (turn == 1 && validation_ < validation_end - train_end) return train_end + ++validation_;
    if (turn == 5 && test_ < test_end - validation_end) return validation_end + ++test_;
    const int number = ++training_;
    return number <= train_end ? number : data::kLastMeadSentence + number - train_end;
  }

 private:
  int count_ = 0, training_ = 0, validation_ = 0, test_ = 0;
};

class Writer {
 public:
  Writer(fs::path folder, ImportTakesReport& report) : folder_(std::move(folder)), report_(report) {
    for (const char* part : {"param", "wav"}) fs::create_directories(folder_ / part);
  }

  // Gives the pieces of a take their names and writes them.
  void add(const data::ArkitTake& take, int style, const Loaded& loaded) {
    const Conditions& conditions = default_conditions();
    for (const data::Piece& piece : loaded.pieces) {
      data::ClipName name{style, 0, take.emotion, take.level};
      Sentences& sentences = sentences_[{style, take.emotion, take.level}];
      name.sentence = sentences.next(take.emotion == kNeutral);
      if (name.sentence > kLastSentence) {
        fail(
            "{}: more clips of style {}, {} than names have numbers; give {} another number or "
            "leave some out",
            take.face.string(), conditions.styles[static_cast<size_t>(style)],
            conditions.emotions[static_cast<size_t>(take.emotion)], Field("piece_s"));
      }
      const std::string stem = data::format_stem(name, conditions);
      const auto begin = static_cast<size_t>(piece.begin * kSamplesPerFrame),
                 end = std::min(loaded.sound.samples.size(),
                                static_cast<size_t>(piece.end * kSamplesPerFrame));
      audio::Audio sound;
      sound.samples.assign(loaded.sound.samples.begin() + static_cast<int64_t>(begin),
                           loaded.sound.samples.begin() + static_cast<int64_t>(end));
      audio::save_wav(folder_ / "wav" / (stem + ".wav"), sound);
      motion::save_motion(folder_ / "param" / (stem + ".npy"),
                          motion::slice(loaded.motion, piece.begin, piece.end));
      list_ += fmt::format("{}\t{}\t{:.2f}\n", stem, take.face.string(),
                           static_cast<double>(piece.begin) / flame::kFps);
      report_.of_validation += data::split_of(name) == data::Split::kValidation ? 1 : 0;
      ++report_.clips;
    }
    const double seconds = loaded.motion.duration_s();
    report_.duration_s += seconds;
    report_.takes.push_back({take.face.string(), seconds, std::ssize(loaded.pieces),
                             in_ms(loaded.lag), loaded.lag.confidence});
    if (loaded.lag_curve) curves_.push_back(*loaded.lag_curve);
  }

  void finish() {
    report_.lag = data::pool_lags(curves_);
    data::save_dataset_facts(folder_, {motion::Axes::kBuiltin});
    data::save_conditions(folder_, default_conditions());
    save_file(folder_ / "clips.tsv", "clip\tfile\tbegin_s\n" + list_);
    std::string left;
    for (const data::LeftOut& l : report_.left_out) {
      left += fmt::format("{}\t{}\t{}\n", l.kind, l.file, l.reason);
    }
    save_file(folder_ / "left_out.tsv", left);
  }

 private:
  fs::path folder_;
  ImportTakesReport& report_;
  std::map<std::tuple<int, int, int>, Sentences> sentences_;
  std::vector<data::LagCurve> curves_;
  std::string list_;
};

// Of each person the next style, or the one that is named.
std::map<std::string, int> styles_of(const std::vector<data::ArkitTake>& takes,
                                     const std::string& named) {
  const Conditions& conditions = default_conditions();
  std::map<std::string, int> styles;
  for (const data::ArkitTake& take : takes) {
    const auto next = static_cast<int>(styles.size());
    styles.try_emplace(take.speaker, named.empty() ? next : parse_style(named, conditions));
  }
  if (named.empty() && styles.size() > conditions.styles.size()) {
    fail("{} people, but {} speaking styles; import some of them, or give all {}", styles.size(),
         conditions.styles.size(), Field("style"));
  }
  return styles;
}

}  // namespace

int64_t ImportTakesReport::damaged() const {
  return std::ranges::count_if(left_out, [](const data::LeftOut& l) { return !l.expected; });
}

ImportTakesReport import_takes(const ImportTakesOptions& o, const Reporter& reporter) {
  if (o.folders.empty()) fail_usage("which takes? give {}", Field("folders"));
  const Conditions& conditions = default_conditions();
  data::TakeLabels labels;
  if (!o.emotion.empty()) labels.emotion = parse_emotion(o.emotion, conditions);
  if (!o.level.empty()) labels.level = parse_level(o.level, conditions);
  const fs::path out = replaced_folder(o.output, "output", [](const auto&) { return false; });
  check_folder(out, "output");
  data::ArkitTakes found = data::find_arkit_takes(o.folders, labels, conditions);
  const auto styles = styles_of(found.takes, o.style);
  const std::vector<float> rest = rest_of(o.neutral, reporter);
  ImportTakesReport report;
  report.left_out = std::move(found.left_out);
  PartialOutput partial(out);
  Writer writer(partial.path(), report);
  ThreadPool pool(o.threads);
  const int64_t at_once = kAtOnce * pool.threads(), all = std::ssize(found.takes);
  const Advance advance = reporter.begin("takes", all, "takes");
  for (int64_t begin = 0; begin < all; begin += at_once) {
    std::vector<Loaded> loaded(static_cast<size_t>(std::min(at_once, all - begin)));
    pool.parallel_for(std::ssize(loaded), [&](int64_t i) {
      loaded[static_cast<size_t>(i)] = load(found.takes[static_cast<size_t>(begin + i)], rest, o);
      advance(1, "");
    });
    for (size_t i = 0; i < loaded.size(); ++i) {
      const data::ArkitTake& take = found.takes[static_cast<size_t>(begin) + i];
      for (const std::string& line : loaded[i].warnings) reporter.warn(line);
      if (!loaded[i].left_out.kind.empty()) {
        report.left_out.push_back(loaded[i].left_out);
        continue;
      }
      report.sound.add(take.sound.string(), loaded[i].sound_warnings);
      writer.add(take, styles.at(take.speaker), loaded[i]);
    }
  }
  if (report.clips == 0) {
    fail("{}: no take could be had; the first: {}: {}", fmt::join(o.folders, ", "),
         report.left_out.front().file, report.left_out.front().reason);
  }
  writer.finish();
  const std::string late = late_warning(report.lag, "all takes together");
  if (!late.empty()) reporter.warn(late);
  partial.commit();
  report.check = data::check_dataset(out, o.threads, true);
  return report;
}

}  // namespace flowtalk::pipeline
