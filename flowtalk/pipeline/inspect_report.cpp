#include "flowtalk/pipeline/inspect_report.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/import_mead.h"
#include "flowtalk/data/index.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/generate/families.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/pipeline/inspect_kind.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr int kSchema = 1;
constexpr size_t kMaxConfig = size_t{1} << 24;
constexpr size_t kListedProblems = 20;

Json track_ranges(const char* name, const motion::Track& track) {
  double low = INFINITY, high = -INFINITY, sum = 0;
  for (int64_t t = 0; t < track.rows(); ++t) {
    for (const float value : track.at(t)) {
      low = std::min(low, double{value});
      high = std::max(high, double{value});
      sum += double{value};
    }
  }
  return {{"name", name},
          {"begin", track.first},
          {"end", track.first + track.width},
          {"min", low},
          {"max", high},
          {"mean", sum / static_cast<double>(track.rows() * track.width)}};
}

void add_audio(Json& report, const fs::path& path, int64_t listed_values) {
  const audio::Recording recording = audio::load_recording(path);
  const tensor::Tensor samples({recording.frames(), recording.channels}, recording.samples);
  report["details"] = {{"sample_rate", recording.rate_hz},
                       {"channels", recording.channels},
                       {"frames", recording.frames()},
                       {"duration_s", static_cast<double>(recording.frames()) / recording.rate_hz}};
  report["arrays"].push_back(
      formats::describe_array("samples", formats::make_array(samples), listed_values));
}

// What the family of a model's generator can do, if it is one that we know.
void add_family(Json& report, const Json& config) {
  Json name = config;
  for (const char* key : {"model", "generator", "kind"}) {
    name = name.is_object() && name.contains(key) ? Json(name[key]) : Json();
  }
  for (const auto& family : generate::kFamilies) {
    if (name != std::string(family.name)) continue;
    report["details"]["family"] = {{"name", name},
                                   {"summary", std::string(family.summary)},
                                   {"density", family.density},
                                   {"chance", family.chance}};
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

// A folder of config.json and weights, as Hugging Face writes it.
void add_hugging_face(Json& report, const fs::path& folder, int64_t listed_values) {
  report["format"] = "hugging_face";
  const fs::path config = folder / "config.json";
  Json details = {{"config", parse_json(load_file(config, kMaxConfig), config.string())}};
  for (const char* name : {"model.safetensors", "pytorch_model.bin"}) {
    if (!fs::exists(folder / name)) continue;
    const fs::path weights = folder / name;
    Json contents = formats::describe_file(weights, formats::format_of(weights), listed_values);
    details["weights"] = name;
    report["arrays"] = std::move(contents["arrays"]);
    break;
  }
  if (!details.contains("weights")) {
    fail("{}: config.json without model.safetensors or pytorch_model.bin; copy the whole folder",
         folder.string());
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

void add_folder(Json& report, const fs::path& folder, int64_t listed_values) {
  const fs::path config = folder / "config.json";
  if (fs::is_directory(folder / "param") || fs::is_directory(folder / "wav")) {
    add_dataset(report, folder);
  } else if (!fs::exists(config)) {
    fail(
        "{}: a folder of no known kind; expected a checkpoint (config.json and "
        "weights.safetensors), an encoder of Hugging Face (config.json and model.safetensors) or "
        "a data set (param/ and wav/)",
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

// Whatever libav reads; a file that nothing reads gets one message that says what would be read.
void add_other(Json& report, const fs::path& path, int64_t listed_values) {
  report["format"] = "audio";
  const formats::MappedFile file(path);
  const std::string_view bytes = file.bytes();
  if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return add_hdf5(report, path, listed_values);
  if (bytes.starts_with("\x1f\x8b")) {
    fail("{}: compressed by gzip; unpack it with gunzip first", path.string());
  }
  if (audio::is_sound_name(path)) return add_audio(report, path, listed_values);
  try {
    add_audio(report, path, listed_values);
  } catch (const Error&) {
    fail(
        "{}: of no kind that flowtalk reads; expected sound, npy, npz, safetensors, pickle, torch, "
        "ply, json, a list of vertex indices (txt), or a folder",
        path.string());
  }
}

}  // namespace

void add_motion(Json& report, const fs::path& path) {
  const motion::Motion motion = motion::load_motion(path, motion::Axes::kFlame);
  Json columns = Json::array();
  int64_t width = 0;
  motion::for_each_track(motion, [&](const char* name, const motion::Track& track) {
    if (track.empty()) return;
    columns.push_back(track_ranges(name, track));
    width += track.width;
  });
  report["details"]["motion"] = {{"frames", motion.frames()},
                                 {"width", width},
                                 {"fps", motion.rate_hz},
                                 {"duration_s", motion.duration_s()},
                                 {"columns", std::move(columns)}};
}

Json inspect_report(const fs::path& path, int64_t listed_values) {
  Json report = {{"schema", kSchema},      {"path", path.string()},     {"bytes", nullptr},
                 {"format", nullptr},      {"kind", nullptr},           {"usable", false},
                 {"use", nullptr},         {"commands", Json::array()}, {"details", Json::object()},
                 {"arrays", Json::array()}};
  if (fs::is_directory(path)) {
    add_folder(report, path, listed_values);
  } else {
    const std::string format = formats::format_of(path);
    report["bytes"] = fs::file_size(path);
    if (format.empty()) {
      add_other(report, path, listed_values);
    } else {
      report["format"] = format;
      report.update(formats::describe_file(path, format, listed_values));
    }
  }
  judge(report, path);
  return report;
}

}  // namespace flowtalk::pipeline
