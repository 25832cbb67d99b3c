// The 3DMEAD layout: ROOT/mead/param/ID_SENTENCE_EMOTION_INTENSITY.npy, ROOT/mead/wav/ same stems,
// and its splits.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

// What a stem says: "M003_001_5_0" is style M003, sentence 1, disgusted, low.
struct Stem {
  int style = 0, sentence = 0, emotion = 0, level = 0;
  bool operator==(const Stem&) const = default;
  // Strength of the expression: 0 for neutral, else that of the level.
  float strength() const { return emotion == kNeutral ? 0.0f : strength_of_level(level); }
};
std::string format_stem(const Stem& stem);
// Error naming what is wrong and the form that is expected.
Stem parse_stem(const std::string& text);

struct Clip {
  Stem stem;
  std::filesystem::path motion, wav;
  std::string name() const { return format_stem(stem); }
};

struct Index {
  std::vector<Clip> clips;            // both files are there; sorted by name
  std::vector<std::string> problems;  // files without partner or with a name of another form
};
// ROOT is `datasets` or `datasets/mead`. Error: no such folders, or no clip in them.
Index scan_dataset(const std::filesystem::path& root);

// By sentence: neutral 1-32 / 33-36 / 37-40, emotional 1-24 / 25-27 / 28-30; higher sentence
// numbers (extra material) are for training only.
enum class Split { kTrain, kValidation, kTest };
Split split_of(const Stem& stem);
// Clean: test sentences stay out of both stages. Paper: the prior reads all sentences, as the
// reference does.
enum class Protocol { kClean, kPaper };
Protocol parse_protocol(const std::string& text);
enum class StageData { kPrior, kGenerator };
// Whether a clip belongs to a split of a stage under a protocol.
bool belongs(const Stem& stem, Split split, StageData stage, Protocol protocol);

// Learnt motion of a file, (T, 53): expression 300:350 and jaw 400:403 of (1, T, 403) or (T, 403),
// 300:353 of 353-wide files, 53-wide files as they are. Error: other shapes, values not finite.
tensor::Tensor load_motion(const std::filesystem::path& path);
tensor::Tensor motion_of(const tensor::Tensor& parameters, const std::string& where);

}  // namespace flowtalk::data
