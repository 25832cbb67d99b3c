// A data set in 3DMEAD's layout: param/STEM.npy and wav/STEM.wav with STEM = ID_SENTENCE_EMOTION_
// LEVEL, its names, its clips and its splits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace flowtalk::data {

inline constexpr int kNeutralSentences = 40, kEmotionalSentences = 30;
// Sentences beyond 100 (recorded prompts in the synthetic corpus) are for training only.
inline constexpr int kLastMeadSentence = 100;

enum class Split { kTrain, kValidation, kTest };

struct ClipName {
  int style = 0;     // index into kStyles
  int sentence = 1;  // from 1
  int emotion = 0;   // 0..7
  int level = 0;     // 0..2; neutral has 0 only
  bool operator==(const ClipName&) const = default;
};

// "M003_001_5_0"
std::string format_stem(const ClipName& name);
// Nothing if it is not such a name; `why` then says what is wrong with it.
std::optional<ClipName> parse_stem(const std::string& stem, std::string* why = nullptr);

// Neutral 1-32, 33-36, 37-40; emotional 1-24, 25-27, 28-30.
Split split_of(const ClipName& name);

struct Clip {
  ClipName name;
  std::string stem;
  std::filesystem::path wav, npy;
  Split split = Split::kTrain;
};

struct Index {
  std::vector<Clip> clips;  // complete ones, sorted by stem
  // What is left out, one line each, sorted.
  std::vector<std::string> misnamed, unpaired;
  std::vector<std::string> without_style;  // stems of the 15 subjects that have no speaking style

  std::vector<Clip> of(Split split) const;
  // What a motion prior trains on: the train split (clean), or all sentences (paper).
  std::vector<Clip> for_prior(bool paper_protocol) const;
};

// Reads the names below folder (which holds param/ and wav/). Error: no such folders, or not one
// complete clip; the message tells the first one left out.
Index scan_dataset(const std::filesystem::path& folder);

}  // namespace flowtalk::data
