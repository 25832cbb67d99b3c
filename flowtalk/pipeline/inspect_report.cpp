#include "flowtalk/pipeline/inspect_report.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "flowtalk/audio/audio.h"
#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/import_mead.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/packed.h"
#include "flowtalk/encoder/encoder_place.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/frame_folder.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/generate/families.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/motion/remarks.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/pipeline/inspect_kind.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr int kSchema = 1;
constexpr size_t kMaxConfig = size_t{1} << 24;
constexpr size_t kListedProblems = 20;
constexpr double kMostSoundS = 3600;

// Ranges of what a track holds; where it stands in rows, from column `begin` on.
Json track_ranges(const char* name, const motion::Track& track, int64_t begin) {
  double low = INFINITY, high = -INFINITY, sum = 0;
  int64_t count = 0;
  for (int64_t t = 0; t < track.rows(); ++t) {
    for (const float x : track.at(t)) {
      low = std::min(low, double{x});
      high = std::max(high, double{x});
      sum += double{x};
      ++count;
    }
  }
  return {{"name", name}, {"begin", begin}, {"end", begin + track.width},
          {"min", low},   {"max", high},    {"mean", sum / static_cast<double>(count)}};
}

// The arrays of a file by name; none where it holds something else.
std::vector<formats::NamedArray> arrays_in(const fs::path& path) {
  try {
    return formats::open_arrays(path);
  } catch (const Error&) {
    return {};
  }
}

Json describe_motion(const std::vector<formats::NamedArray>& arrays, const std::string& where,
                     const Spell& spell) {
  const motion::MotionFile file = motion::motion_of(arrays, where, {});
  const motion::Motion& m = file.motion;
  Json columns = Json::array(), remarks = Json::array();
  const int64_t width = motion::row_width(m);
  for_each_track(m, [&](const char* name, const motion::Track& track) {
    if (track.empty()) return;
    columns.push_back(track_ranges(name, track, width > 0 ? track.first : 0));
  });
  for (const std::string& remark : file.remarks) remarks.push_back(spell_fields(remark, spell));
  if (motion::is_still(m)) remarks.push_back(motion::still_remark(m, where));
  return {{"frames", m.frames()},
          {"width", width > 0 ? Json(width) : Json()},
          {"fps", m.rate_hz},
          {"duration_s", m.duration_s()},
          {"axes", file.says_axes ? Json(text_of(m.axes)) : Json()},
          {"columns", std::move(columns)},
          {"remarks", std::move(remarks)},
          {"unused", file.unused}};
}

// What the commands read of a motion, or why they refuse it.
void add_motion(Json& report, const fs::path& path, const std::vector<formats::NamedArray>& arrays,
                const Spell& spell) {
  const bool one = arrays.size() == 1 && arrays[0].name.empty();
  const bool rows = one && motion::is_rows(arrays[0].load().shape);
  if (!rows && !motion::holds_motion(arrays)) return;
  try {
    report["details"]["motion"] = describe_motion(arrays, path.string(), spell);
  } catch (const Error& e) {
    report["details"]["motion"] = {{"refused", spell_fields(e.marked(), spell)}};
  }
}

void add_audio(Json& report, const fs::path& path, int64_t listed_values) {
  audio::SourceFormat source;
  const audio::Recording recording = audio::load_recording(path, kMostSoundS, &source);
  const double duration_s = static_cast<double>(recording.frames()) / recording.rate_hz;
  const tensor::Tensor samples({recording.frames(), recording.channels}, recording.samples);
  report["details"] = {{"sample_rate", recording.rate_hz},
                       {"channels", recording.channels},
                       {"frames", recording.frames()},
                       {"duration_s", duration_s}};
  for (const audio::SoundWarning& warning : source.warnings(duration_s)) {
    report["details"]["warnings"].push_back(warning.text);
  }
  report["arrays"].push_back(
      formats::describe_array("samples", formats::make_array(samples), listed_values));
}

// The word at model.PART.kind of a config; null: there is none.
Json kind_of(const Json& config, const char* part) {
  Json word = config;
  for (const char* key : {"model", part, "kind"}) {
    word = word.is_object() && word.contains(key) ? Json(word[key]) : Json();
  }
  return word;
}

// What the family of a model's generator can do, if it is one that we know.
void add_family(Json& report, const Json& config) {
  const Json name = kind_of(config, "generator"), prior = kind_of(config, "prior");
  for (const auto& family : generate::kFamilies) {
    if (name != std::string(family.name)) continue;
    report["details"]["family"] = {
        {"name", name},
        {"summary", std::string(family.summary)},
        {"density", family.density},
        {"chance", prior.is_string() && generate::draws_chance(family, prior.get<std::string>())}};
  }
}

void add_checkpoint(Json& report, const fs::path& folder, int64_t listed_values) {
  const params::Checkpoint checkpoint = params::load_checkpoint(folder);
  report["format"] = "checkpoint";
  report["details"] = {{"config", checkpoint.config}};
  add_family(report, checkpoint.config);
  for (const auto& name : checkpoint.weights.names()) {
    report["arrays"].push_back(
        formats::describe_array(name, checkpoint.weights.array(name), listed_values));
  }
}

// A folder of config.json and weights, whole or in shards, as Hugging Face writes it.
void add_hugging_face(Json& report, const fs::path& folder, int64_t listed_values) {
  report["format"] = "hugging_face";
  const fs::path config = folder / "config.json";
  Json details = {{"config", parse_json(load_file(config, kMaxConfig), config.string())}};
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto ending = entry.path().extension();
    if (ending == ".safetensors" || ending == ".bin") files.insert(entry.path());
  }
  for (const fs::path& file : files) {
    const std::string format = formats::format_of(file);
    if (format != "safetensors" && format != "torch") continue;
    details["weights"].push_back(file.filename().string());
    const Json contents = formats::describe_file(file, format, listed_values);
    for (const Json& array : contents["arrays"]) report["arrays"].push_back(array);
  }
  report["details"] = std::move(details);
}

void add_dataset(Json& report, const fs::path& folder) {
  const data::Index index = data::scan_dataset(folder);
  report["format"] = "dataset";
  Json problems = Json::array();
  for (const auto* list : {&index.misnamed, &index.unpaired}) {
    for (const std::string& problem : *list) {
      if (problems.size() < kListedProblems) problems.push_back(problem);
    }
  }
  report["details"] = {{"clips", index.clips.size()},
                       {"train", index.of(data::Split::kTrain).size()},
                       {"validation", index.of(data::Split::kValidation).size()},
                       {"test", index.of(data::Split::kTest).size()},
                       {"problems", index.misnamed.size() + index.unpaired.size()},
                       {"first_problems", std::move(problems)}};
}

void add_packed(Json& report, const fs::path& folder) {
  const data::Packed packed(folder);
  report["format"] = "packed";
  report["details"] = to_json(packed.facts());
  for (const char* field : {"format", "conditions", "augment"}) report["details"].erase(field);
  report["details"]["clips"] = packed.size();
}

// A folder of one file per frame, as the arrays of all frames together.
void add_frames(Json& report, const fs::path& folder, int64_t listed_values, const Spell& spell) {
  report["format"] = "frames";
  const auto arrays = formats::open_arrays(folder);
  for (const formats::NamedArray& array : arrays) {
    if (array.text()) continue;
    try {
      const std::string name = array.name.empty() ? "array" : array.name;
      report["arrays"].push_back(formats::describe_array(name, array.load(), listed_values));
    } catch (const Error& e) {
      report["details"]["not_read"].push_back(e.what());
    }
  }
  add_motion(report, folder, arrays, spell);
}

void add_folder(Json& report, const fs::path& folder, int64_t listed_values, const Spell& spell) {
  const fs::path config = folder / "config.json";
  if (fs::is_directory(folder / "snapshots") && !fs::exists(config)) {
    return add_hugging_face(report, encoder::find_encoder(folder).folder, listed_values);
  }
  if (fs::is_directory(folder / "param") || fs::is_directory(folder / "wav")) {
    add_dataset(report, folder);
  } else if (data::is_packed(folder)) {
    add_packed(report, folder);
  } else if (fs::exists(folder / "lve.txt") || fs::exists(folder / "fdd.txt")) {
    report["format"] = "regions";
  } else if (formats::is_frame_folder(folder)) {
    add_frames(report, folder, listed_values, spell);
  } else if (!fs::exists(config)) {
    fail(
        "{}: a folder of no known kind; expected a checkpoint (config.json and "
        "weights.safetensors), an encoder of Hugging Face (config.json and model.safetensors), "
        "a data set (param/ and wav/) or one file of arrays per frame",
        folder.string());
  } else if (parse_json(load_file(config, kMaxConfig), config.string()).contains("model_type")) {
    add_hugging_face(report, folder, listed_values);
  } else {
    add_checkpoint(report, folder, listed_values);
  }
}

// A reconstructed take of MEAD, the one HDF5 file that a command reads.
void add_hdf5(Json& report, const fs::path& path, int64_t listed_values) {
  report["format"] = "hdf5";
  try {
    const tensor::Tensor motion = data::load_reconstruction(path);
    report["arrays"].push_back(
        formats::describe_array("motion", formats::make_array(motion), listed_values));
  } catch (const Error&) {
    // its verdict says why
  }
}

// A head of somebody's own; what it is refused for is said by its verdict.
void add_avatar(Json& report, const fs::path& path) {
  report["format"] = "glb";
  const auto [found, vrm_version] =
      avatar::names_in(load_file(path, gltf::kMostBytes), path.string());
  Json details = Json::object();
  try {
    const avatar::Avatar& avatar = avatar::load_avatar(path);
    details["mouth_by"] = text_of(avatar.rig().mouth);
    details["vertices"] = avatar.whole_vertices();
    for (const avatar::Mood& mood : avatar.rig().moods) {
      if (mood.most == 1) continue;
      details["bounded"][std::string(avatar::channel_name(mood.channel))] =
          std::round(100 * double{mood.most}) / 100;
    }
  } catch (const Error&) {
    // its verdict says why
  }
  if (vrm_version > 0) details["vrm"] = vrm_version == 1 ? "0.x" : "1.0";
  details.update({{"arkit", found.arkit},
                  {"missing", found.missing},
                  {"visemes", found.visemes},
                  {"vowels", found.vowels},
                  {"others", found.others},
                  {"bones", found.bones},
                  {"left", found.left},
                  {"doubled", found.doubled},
                  {"unknown", found.unknown}});
  report["details"]["avatar"] = std::move(details);
}

// Whatever libav reads; a file that nothing reads gets one message that says what would be read.
void add_other(Json& report, const fs::path& path, int64_t listed_values) {
  report["format"] = "audio";
  const formats::MappedFile file(path);
  const std::string_view bytes = file.bytes();
  if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return add_hdf5(report, path, listed_values);
  if (gltf::may_be_document(path)) return add_avatar(report, path);
  if (audio::is_sound_name(path)) return add_audio(report, path, listed_values);
  try {
    add_audio(report, path, listed_values);
  } catch (const Error&) {
    const std::string look = formats::look_of(path);
    fail(
        "{}: {}; expected sound, npy, npz, safetensors, pickle, torch, onnx, ply, obj, glb, json, "
        "a list of vertex indices (txt), or a folder",
        path.string(), look.empty() ? "of no kind that flowtalk reads" : "is " + look);
  }
}

}  // namespace

Json inspect_report(const fs::path& path, int64_t listed_values, const Spell& spell) {
  Json report = {{"schema", kSchema},      {"path", path.string()},     {"bytes", nullptr},
                 {"format", nullptr},      {"kind", nullptr},           {"usable", false},
                 {"use", nullptr},         {"commands", Json::array()}, {"details", Json::object()},
                 {"arrays", Json::array()}};
  if (fs::is_directory(path)) {
    add_folder(report, path, listed_values, spell);
  } else {
    const std::string format = formats::format_of(path);
    report["bytes"] = fs::file_size(path);
    if (format.empty()) {
      add_other(report, path, listed_values);
    } else {
      report["format"] = format;
      report.update(formats::describe_file(path, format, listed_values));
      if (formats::holds_arrays(format)) add_motion(report, path, arrays_in(path), spell);
    }
  }
  judge(report, path);
  return report;
}

}  // namespace flowtalk::pipeline
