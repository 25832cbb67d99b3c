// Recorded takes of ARKit's scores as a data set to train on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/arkit/gains.h"
#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/data/check.h"
#include "flowtalk/data/lag.h"
#include "flowtalk/data/mead_tree.h"

namespace flowtalk::pipeline {

struct ImportTakesOptions {
  std::vector<std::string> folders;
  std::string output = "datasets/arkit", emotion, level, style, neutral;
  std::optional<FrameRate> motion_fps;
  arkit::Gain gain = arkit::Gain::kNone;
  double piece_s = 12;
  int threads = 0;

  template <class V>
  void fields(V&& field) {
    field("folders", folders,
          "folders of takes, at any depth: NAME.csv of Live Link Face or NAME.json of BEAT, with "
          "NAME.wav, .m4a, .mov or the like; a person each");
    field("output", output, "folder (default datasets/arkit)");
    field("emotion", emotion,
          "of all takes (default: by a word in their names, or by the numbers of BEAT's; else "
          "neutral)");
    field("level", level,
          "of all emotional takes (default: by a word in their names, else medium)");
    field("style", style, "speaking style of all takes (default: of each person the next one)");
    field("neutral", neutral,
          "a file of the same face at rest, as the app saves beside calibrated takes: what it "
          "scores is taken off");
    field("motion_fps", motion_fps, between(1.0, 1000.0),
          "frames per second of the files (default: what each says)");
    field("gain", gain, "arkit: undoes that of an export (default none: values as they are)");
    field("piece_s", piece_s, between(0.0, 600.0),
          "seconds; longer takes are cut in pauses (default 12; 0 leaves them whole)");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

// One take, and how its mouth goes with its sound.
struct TakenTake {
  std::string face;
  double duration_s = 0;
  int64_t pieces = 0;
  double lag_ms = 0, confidence = 0;  // above 0: the mouth comes after the sound; 0..1
};
inline constexpr double kSureOfLag = 0.95;  // confidence; below it a lag says little

struct ImportTakesReport {
  std::vector<TakenTake> takes;
  std::vector<data::LeftOut> left_out;
  audio::SoundWarnings sound;
  data::Lag lag;  // of all takes together; confidence 0 of fewer than eight
  int64_t clips = 0, of_validation = 0;
  double duration_s = 0;
  data::CheckReport check;  // what `data check` finds in the result
  int64_t damaged() const;  // how many of left_out are not expected
};

// param/STEM.npy, wav/STEM.wav, dataset.json, clips.tsv (where each clip is from) and left_out.tsv:
// the built-in head moved by the scores, at 25 frames per second without what is too fast for it.
// Of eight clips one is for validation and one for tests, as far as 3DMEAD's numbers go; the folder
// takes the place of what an earlier call left there. A take that cannot be had is left out, and
// the others go on: no sound, sound that lasts otherwise than the face, no rate, an unknown
// emotion, a damaged file. Warns of mouths that are more than 80 ms from the sound. Errors:
// options; no take at all.
ImportTakesReport import_takes(const ImportTakesOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
