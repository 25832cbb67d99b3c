// Recordings of people who speak, with their sound: what a predicted face is held against.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/data/timed_labels.h"
#include "flowtalk/evaluate/liveliness.h"
#include "flowtalk/face/face.h"

namespace flowtalk::evaluate {

// What was recorded, which is what a report calls a source.
enum class Source : size_t {
  kPoints,    // .npz: points on a face, found in film
  kLiveLink,  // .csv, .csv.gz: takes of Live Link Face
  kRig,       // .npy with names.txt: weights of a rig
  kSensors,   // .csv: sensors on the lips
  kPhones,    // .phones.csv alone: when which phone is spoken
  kCount
};
inline constexpr size_t kSources = static_cast<size_t>(Source::kCount);
std::string_view key_of(Source source);   // in JSON
std::string_view name_of(Source source);  // for people

struct RecordingFile {
  Source source = Source::kPoints;
  std::filesystem::path file, sound, phones;  // phones: "" if there are none
  bool v_is_open = false;                     // "V" of these phones is a vowel
};

// Recordings right inside the folders and inside their folders, by name; folders called NAME_more
// are to learn from and left out, unless they are named. A recording has its sound beside it
// (data::sound_beside), others are left out; phones stand in NAME.phones.csv. In a folder with
// hand_labelled.txt the phones of the names that it lists count, in others all; v_is_open there
// says what "V" is. Errors: no such folder, a folder in which nothing is found.
std::vector<RecordingFile> find_recordings(const std::vector<std::string>& folders);

// Curves at 25 frames per second from the beginning of the sound; empty where nothing tells them.
struct Recording {
  std::vector<double> lips;  // the gap, in a unit of its own
  double begin_s = 0, end_s = std::numeric_limits<double>::infinity();  // where the lips were seen
  std::vector<double> jaw;                                              // jawOpen
  std::vector<double> brow;                                             // browInnerUp
  LivingFace lids;                       // at the recording's own rate
  std::vector<data::TimedLabel> phones;  // of words, the stops that they begin with
};

// Errors name the file.
Recording load_recording(const RecordingFile& file);

// The same of a motion at 25 frames per second; jaw, brow and lids on the built-in head's axes.
Recording recording_of(const motion::Motion& motion, const face::Face& face);

}  // namespace flowtalk::evaluate
