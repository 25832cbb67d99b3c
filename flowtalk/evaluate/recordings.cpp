#include "flowtalk/evaluate/recordings.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/words.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/data/face_points.h"
#include "flowtalk/data/face_take.h"
#include "flowtalk/data/lip_sensors.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/face/expression_axes.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPhonesEnding = ".phones.csv";
constexpr std::string_view kWordsEnding = ".words.csv", kSyllablesEnding = ".syll.csv";
constexpr size_t kMostList = 1 << 20;  // bytes of hand_labelled.txt

struct SourceNames {
  std::string_view key, name;
};
constexpr std::array<SourceNames, kSources> kNames{{{"points", "points on a face (.npz)"},
                                                    {"live_link", "Live Link Face (.csv)"},
                                                    {"rig", "rig (.npy)"},
                                                    {"sensors", "sensors (.csv)"},
                                                    {"phones", "phone times alone"}}};

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

// The name without its last ending, or the ending of phones, and with another.
fs::path beside(const fs::path& file, std::string_view ending) {
  const std::string name = file.filename().string();
  std::string stem = file.stem().string();
  if (name.ends_with(kPhonesEnding)) stem = name.substr(0, name.size() - kPhonesEnding.size());
  if (name.ends_with(".csv.gz")) stem = fs::path(stem).stem().string();
  return file.parent_path() / (stem + std::string(ending));
}

// Phones without any other recording of the same name.
bool is_phones_alone(const fs::path& file) {
  if (!file.filename().string().ends_with(kPhonesEnding)) return false;
  return std::ranges::none_of(std::array{".csv", ".csv.gz", ".npz", ".npy"},
                              [&](const char* ending) { return is_file(beside(file, ending)); });
}

bool begins_with(const fs::path& file, std::string_view text) {
  std::ifstream stream(file);
  std::string start(text.size(), '\0');
  stream.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == text;
}

// What a file is by its form; nothing if it is no recording.
std::optional<Source> source_of(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.starts_with('.')) return std::nullopt;
  if (is_phones_alone(file)) return Source::kPhones;
  for (const std::string_view ending : {kPhonesEnding, kWordsEnding, kSyllablesEnding}) {
    if (name.ends_with(ending)) return std::nullopt;
  }
  if (data::is_rig(file)) return Source::kRig;
  if (ending_of(file) == ".npz") return Source::kPoints;
  if (ending_of(file) == ".csv" && begins_with(file, data::kLipSensorsHeader))
    return Source::kSensors;
  const bool live_link =
      data::is_live_link(file) && (ending_of(file) == ".gz" || begins_with(file, "Timecode"));
  return live_link ? std::optional(Source::kLiveLink) : std::nullopt;
}

// Does the folder say that people set these phone times, or says it nothing of it?
bool by_hand(const fs::path& phones) {
  const fs::path list = phones.parent_path() / "hand_labelled.txt";
  if (!is_file(list)) return true;
  std::string text = load_file(list, kMostList);
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const std::string stem = beside(phones, "").filename().string();
  const auto words = words_of(text);
  return std::ranges::find(words, stem) != words.end();
}

void add_file(const fs::path& file, std::vector<RecordingFile>& found) {
  const auto source = source_of(file);
  if (!source) return;
  RecordingFile one{*source, file, {}, {}, false};
  if (const fs::path phones = beside(file, kPhonesEnding); is_file(phones)) {
    one.phones = phones;
    one.v_is_open = is_file(phones.parent_path() / "v_is_open");
  }
  one.sound = data::sound_beside(*source == Source::kPhones ? beside(file, ".csv") : file);
  if (one.sound.empty() || (*source == Source::kPhones && !by_hand(file))) return;
  found.push_back(std::move(one));
}

std::vector<fs::path> inside(const fs::path& folder, bool folders) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() == folders) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

void read_take(const fs::path& file, Recording& recording) {
  const data::FaceTake take = data::load_face_take(file);
  const auto at_25 = [&](std::string_view name) {
    const auto curve = take.curve(name);
    return curve ? data::resampled(*curve, take.rate_hz, flame::kFps) : std::vector<double>();
  };
  recording.jaw = at_25("jawOpen");
  recording.brow = at_25("browInnerUp");
  recording.lids.rate_hz = take.rate_hz;
  const auto left = take.curve("eyeBlinkLeft"), right = take.curve("eyeBlinkRight");
  for (size_t t = 0; left && right && t < left->size(); ++t) {
    recording.lids.lids.push_back(0.5 * ((*left)[t] + (*right)[t]));
  }
  if (!recording.lips.empty()) return;
  if (recording.jaw.empty()) fail("{}: no jawOpen among its scores", file.string());
  const auto gaps = lip_gaps(data::motion_of(take));
  recording.lips.assign(gaps.begin(), gaps.end());
}

void read_sensors(const fs::path& file, Recording& recording) {
  const data::LipSensors sensors = data::load_lip_sensors(file);
  recording.lips = data::resampled(sensors.aperture_mm, sensors.rate_hz, flame::kFps);
  recording.begin_s = sensors.first_s;
  recording.end_s = sensors.last_s;
}

// Words that begin with P or B, as these stops.
std::vector<data::TimedLabel> stops_of(const std::vector<data::TimedLabel>& words) {
  constexpr double kStop_s = 0.08;
  std::vector<data::TimedLabel> stops;
  for (const data::TimedLabel& word : words) {
    if (!word.label.starts_with('p') && !word.label.starts_with('b')) continue;
    stops.push_back(
        {word.start_s, std::min(word.end_s, word.start_s + kStop_s), word.label.substr(0, 1)});
  }
  return stops;
}

void read_points(const fs::path& file, Recording& recording) {
  if (data::holds_face_points(file)) {
    const data::FacePoints points = data::load_face_points(file);
    recording.lips = data::resampled(data::lip_gaps(points), points.rate_hz, flame::kFps);
  }
  if (recording.lips.empty() || data::holds_scores(file)) read_take(file, recording);
  if (const fs::path words = beside(file, ".align"); is_file(words)) {
    recording.phones = stops_of(data::load_grid_words(words));
  }
}

}  // namespace

std::string_view key_of(Source source) { return kNames[static_cast<size_t>(source)].key; }
std::string_view name_of(Source source) { return kNames[static_cast<size_t>(source)].name; }

std::vector<RecordingFile> find_recordings(const std::vector<std::string>& folders) {
  std::vector<RecordingFile> found;
  for (const fs::path folder : folders) {
    std::error_code code;
    if (!fs::is_directory(folder, code)) {
      fail("{}: expected a folder of recordings", folder.string());
    }
    const size_t before = found.size();
    for (const fs::path& file : inside(folder, false)) add_file(file, found);
    for (const fs::path& sub : inside(folder, true)) {
      if (sub.filename().string().ends_with("_more")) continue;
      for (const fs::path& file : inside(sub, false)) add_file(file, found);
    }
    if (found.size() > before) continue;
    fail(
        "{}: holds no recording with its sound; expected points (.npz), takes of Live Link Face "
        "(.csv), a rig's weights (.npy, names.txt), sensors (.csv) or phone times (.phones.csv), "
        "each with NAME.wav or NAME.flac",
        folder.string());
  }
  return found;
}

Recording load_recording(const RecordingFile& file) {
  Recording recording;
  recording.lids.name = file.file.filename().string();
  switch (file.source) {
    case Source::kPoints:
      read_points(file.file, recording);
      break;
    case Source::kLiveLink:
    case Source::kRig:
      read_take(file.file, recording);
      break;
    case Source::kSensors:
      read_sensors(file.file, recording);
      break;
    case Source::kPhones:
    case Source::kCount:
      break;
  }
  if (!file.phones.empty()) recording.phones = data::load_timed_labels(file.phones);
  return recording;
}

Recording recording_of(const motion::Motion& motion, const face::Face& face) {
  Recording recording;
  const auto gaps = lip_gaps(motion, face);
  recording.lips.assign(gaps.begin(), gaps.end());
  if (motion.axes != motion::Axes::kBuiltin) return recording;
  constexpr size_t kBrow = face::axis("browInnerUp");
  for (int64_t t = 0; t < motion.frames(); ++t) {
    const auto jaw = motion.jaw.at(t);
    const auto expression = motion.expression.at(t);
    recording.jaw.push_back(jaw.empty() ? 0 : double{jaw[0] / face::kJawOpen});
    recording.brow.push_back(expression.size() > kBrow ? double{expression[kBrow]} : 0);
  }
  recording.lids = living_face("", motion);
  return recording;
}

}  // namespace flowtalk::evaluate
