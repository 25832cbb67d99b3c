// Recorded takes of ARKit's scores in folders: the files of Live Link Face, of BEAT, and whatever
// else load_score_file reads, with the sound of the same name. Nothing is opened here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/data/mead_tree.h"

namespace flowtalk::data {

struct ArkitTake {
  std::filesystem::path face, sound;
  std::string speaker;  // "1" of BEAT's speakers, else the folder that was named
  int emotion = 0;      // of the conditions
  int level = 0;
};

struct ArkitTakes {
  std::vector<ArkitTake> takes;   // sorted by speaker and file
  std::vector<LeftOut> left_out;  // "no sound", "unknown emotion", "another form of a take"
};

// What is taken for every file, instead of what its name says.
struct TakeLabels {
  std::optional<int> emotion, level;
};

// Takes below the folders, at any depth: .csv, .csv.gz and .json, with a sound file of the same
// stem (wav, flac, m4a, aac, mp3, opus, ogg, else a film such as the app's .mov).
//
// Live Link Face: of NAME.csv, NAME_cal.csv, NAME_raw.csv and NAME_neutral.csv the first that is
// there is the take; frame_log.csv and take.json are none. The emotion is the one that the name, or
// else the folder of the file, has a word for ("happy_03_iPhone.csv"), else neutral; so is the
// level, else the middle one.
//
// BEAT: ID_NAME_TYPE_FIRST_LAST.json, its emotion by the numbers of its takes (emotion_of_beat).
//
// Errors: a folder that is missing or cannot be read; no take in all of them.
ArkitTakes find_arkit_takes(const std::vector<std::string>& folders, const TakeLabels& labels,
                            const Conditions& conditions);

// By the recordings' numbers, as BEAT's authors give them: 1..64 neutral, 65..72 happiness, 73..80
// anger, 81..86 sadness, 87..94 contempt, 95..102 surprise, 103..110 fear, 111..118 disgust.
// Nothing for others, or if the two lie in different ranges. An English word of the emotion.
std::optional<std::string> emotion_of_beat(int first, int last);

}  // namespace flowtalk::data
