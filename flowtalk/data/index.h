// A data set in 3DMEAD's layout: param/STEM.npy and wav/STEM.wav with STEM = ID_SENTENCE_EMOTION_
// LEVEL, its names, its clips and its splits. Instead of the .npy there may be any other file of
// motion (motion/motion_file.h), or a folder of frames. Beside the two folders may lie what the
// names cannot say: conditions.json (emotions, levels and styles, if they are not 3DMEAD's) and
// dataset.json (whose expression axes the motion moves).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/motion/axes.h"

namespace flowtalk::data {

inline constexpr int kNeutralSentences = 40, kEmotionalSentences = 30;
// Sentences beyond 100 are for training only: to 600 the recorded prompts of the synthetic corpus,
// then recorded people that are imported.
inline constexpr int kLastMeadSentence = 100, kLastPromptSentence = 600;

// In the folder of a packed data set (packed.h).
inline constexpr const char* kPackedIndex = "packed.json";

enum class Split { kTrain, kValidation, kTest };

struct ClipName {
  int style = 0;     // index into the conditions' styles
  int sentence = 1;  // from 1
  int emotion = 0;   // index into their emotions
  int level = 0;     // index into their levels; neutral has 0 only
  bool operator==(const ClipName&) const = default;
};

// "M003_001_5_0"
std::string format_stem(const ClipName& name, const Conditions& conditions);
// Nothing if it is not such a name; `why` then says what is wrong with it.
std::optional<ClipName> parse_stem(const std::string& stem, const Conditions& conditions,
                                   std::string* why = nullptr);

// Neutral 1-32, 33-36, 37-40; emotional 1-24, 25-27, 28-30.
Split split_of(const ClipName& name);

struct Clip {
  ClipName name;
  std::string stem;
  std::filesystem::path wav, motion;
  Split split = Split::kTrain;
};

// What a data set says of itself in dataset.json.
struct DatasetFacts {
  motion::Axes axes = motion::Axes::kBuiltin;

  template <class V>
  void fields(V&& field) {
    field("face", axes, "whose expression axes the motion has: builtin, or flame");
  }
};
void save_dataset_facts(const std::filesystem::path& folder, DatasetFacts facts);

// Writes conditions.json, if they are not 3DMEAD's.
void save_conditions(const std::filesystem::path& folder, const Conditions& conditions);

struct Index {
  Conditions conditions;             // by which the clips are named
  std::optional<motion::Axes> axes;  // of the motion; none if nothing says it
  std::vector<Clip> clips;           // complete ones, sorted by stem
  // What is left out, one line each, sorted.
  std::vector<std::string> misnamed, unpaired;
  std::vector<std::string> without_style;  // stems of the 15 subjects that have no speaking style

  std::vector<Clip> of(Split split) const;
};

// The folder that holds param/ and wav/: the one given, mead/ in it, or, of a name that is no
// folder, that of datasets/.
std::filesystem::path dataset_folder(const std::filesystem::path& given);

// Reads the names below folder (which holds param/ and wav/). Error: no such folders, a damaged
// conditions.json or dataset.json, clips with two files of motion, since nothing says which one is
// meant, or not one complete clip; the message tells the first one left out.
Index scan_dataset(const std::filesystem::path& folder);

// The clips with their emotion, level and style as another list of conditions has them, by name.
// Error: one of the names is not in it; the message tells the clip.
std::vector<Clip> renamed(std::vector<Clip> clips, const Conditions& from, const Conditions& to);

}  // namespace flowtalk::data
