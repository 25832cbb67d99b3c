// What the contents of a file are to flowtalk: a kind is recognised by names and shapes of its
// arrays, and whether it is usable is answered by the very function that a command opens it with.
#include "flowtalk/pipeline/inspect_kind.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/words.h"
#include "flowtalk/condition/timeline.h"
#include "flowtalk/data/import_mead.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/packed.h"
#include "flowtalk/data/score_files.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/evaluate/emotion_classifier.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/face/mesh_face.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/face/vertex_take.h"
#include "flowtalk/foreign/import.h"
#include "flowtalk/foreign/import_encoder.h"
#include "flowtalk/foreign/recognise.h"
#include "flowtalk/formats/index_list.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/model/lookahead.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/pipeline/inspect_arrays.h"
#include "flowtalk/pipeline/vertex_motion.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/predict/model.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFewestVertices = 100;  // of a mesh
constexpr size_t kMaxConfig = size_t{1} << 24;
constexpr char kHubert[] = "hubert_weights";

struct Seen {
  const fs::path& path;
  Json& report;
  const Arrays& arrays;
};

bool is_flame(const Arrays& arrays) {
  constexpr std::array kNames = {"v_template", "shapedirs", "posedirs",     "J_regressor",
                                 "weights",    "f",         "kintree_table"};
  return std::all_of(kNames.begin(), kNames.end(), [&](const char* n) { return arrays.has(n); });
}

// Is the file one dictionary of arrays, all with this many numbers in the last axis?
bool is_dict_ending_in(const Seen& s, int64_t width) {
  const Json tree = s.report.value("tree", Json::object());
  if (tree.value("type", "") != "dict" || tree["items"].size() != s.arrays.size()) return false;
  const auto fits = [&](const auto& entry) {
    return !entry.second.empty() && entry.second.back() == width;
  };
  return s.arrays.size() > 0 && std::all_of(s.arrays.all().begin(), s.arrays.all().end(), fits);
}

// Neutral faces of subjects: (V, 3) each, or all coordinates in one.
bool is_meshes(const Seen& s) {
  if (is_dict_ending_in(s, 3)) return true;
  if (s.arrays.size() == 0) return false;
  const Shape& first = s.arrays.all().begin()->second;
  const bool flat = first.size() == 1 && first[0] % 3 == 0 && first[0] >= 3 * kFewestVertices &&
                    first[0] != flame::kShape;
  return flat && is_dict_ending_in(s, first[0]);
}

bool is_masks(const Seen& s) { return s.arrays.has("lips") && s.arrays.has("eye_region"); }

void read_masks(const Seen& s) {
  face::read_regions(s.path, uint64_t{std::numeric_limits<uint32_t>::max()} + 1);
}

bool holds_motion(const Seen& s) { return s.report["details"].contains("motion"); }

void read_motion(const Seen& s) {
  const Json& motion = s.report["details"]["motion"];
  if (motion.contains("refused")) fail("{}", motion["refused"].get<std::string>());
}

// Frames of a mesh: (T, V, 3), with an axis of samples before, or flat.
bool is_mesh_sequences(const Seen& s) {
  const auto shape = face::vertex_shape(s.arrays.all().begin()->second);
  return shape && shape->vertices >= kFewestVertices;
}
bool is_mesh_sequence(const Seen& s) {
  return is_mesh_sequences(s) && face::vertex_shape(s.arrays.all().begin()->second)->samples == 1;
}

bool is_mesh(const Seen& s) {
  const Shape& shape = s.arrays.all().begin()->second;
  return shape.size() == 2 && shape[1] == 3 && shape[0] >= kFewestVertices;
}

bool is_samples_of_motion(const Seen& s) {
  const Shape& shape = s.arrays.all().begin()->second;
  return shape.size() == 3 && motion::is_row_width(shape.back());
}

// Weights of an encoder under any prefix, or a part of them: config.json beside them says so.
bool is_encoder_file(const Seen& s) {
  if (system_of(s.arrays) == kHubert) return true;
  const fs::path config = s.path.parent_path() / "config.json";
  if (!fs::exists(config)) return false;
  return parse_json(load_file(config, kMaxConfig), config.string()).contains("model_type");
}

bool is_scaler(const Seen& s) {
  const Json tree = s.report.value("tree", Json::object());
  return tree.value("type", "") == "record" && tree.value("name", "").ends_with("Scaler");
}

// ARKit's shapes over time, by the first line of a table or the keys of a document.
bool is_scores(const Seen& s) {
  const Json& details = s.report["details"];
  if (s.report["format"] == "csv") {
    const std::string header = details["header"];
    for (size_t begin = 0; begin < header.size();) {
      const size_t end = std::min(header.find(',', begin), header.size());
      const std::string cell = header.substr(begin, end - begin);
      if (arkit::find_shape(arkit::canonical(cell))) return true;
      begin = end + 1;
    }
    return false;
  }
  const Json keys = details.value("keys", Json::array());
  const auto has = [&](const char* key) { return std::ranges::find(keys, key) != keys.end(); };
  return (has("facsNames") && has("weightMat")) || (has("names") && has("frames"));
}

bool is_curve(const Seen& s) {
  const Json keys = s.report["details"].value("keys", Json::array());
  return s.report["format"] == "csv" || std::any_of(keys.begin(), keys.end(), [](const Json& key) {
           return key == "keyframes" || key == "events";
         });
}

// What a checkpoint of flowtalk is of, by its config.
template <char const* kKind>
bool is_checkpoint_of(const Seen& s) {
  return s.report["details"]["config"].value("kind", "") == kKind;
}
constexpr char kModel[] = "model", kClassifier[] = "classifier", kEncoder[] = "encoder";

void read_sequences(const Seen& s) {
  const face::Face& face = face::load_face("builtin");
  for (const auto& files : evaluate::pair_sequences(s.path, s.path)) {
    evaluate::vertex_count(files, face);
  }
}

void read_flame(const Seen& s) {
  const face::Face& face = face::load_face(s.path.string());
  const auto rows = [](const tensor::Tensor& basis) { return basis.empty() ? 0 : basis.dim(0); };
  s.report["details"]["flame"] = {
      {"vertices", face.vertex_count()},
      {"triangles", face.triangles.size()},
      {"components", rows(face.shape_basis) + rows(face.expression_basis)}};
}

void read_subjects(const Seen& s) {
  s.report["details"]["subjects"] = s.arrays.size();
  for (const auto& array : formats::open_arrays(s.path)) face::load_subject(s.path, array.name);
}

void read_model(const Seen& s) {
  const model::ModelConfig config = predict::Model::load(s.path)->config();
  Json& hears = s.report["details"]["hears"] = {{"live", model::hears_live(config)}};
  if (!hears["live"]) return;
  const auto samples = static_cast<double>(model::lookahead_samples(config));
  hears["lookahead_ms"] = 1e3 * samples / flame::kAudioHz;
}

void read_encoder(const Seen& s) { encoder::describe_encoder(s.path); }

void read_voice(const Seen& s) { load_voice(s.path, Reporter()); }

void read_dataset(const Seen& s) {
  if (data::scan_dataset(s.path).clips.empty()) fail("{}: holds no clip", s.path.string());
}

// A kind of contents: the formats that may hold it ("" stands for any), how it looks, how a command
// opens it (null: none does), the commands, and what it is.
struct Kind {
  std::string_view name, formats;
  bool (*looks)(const Seen&);
  void (*open)(const Seen&);
  std::string_view commands, text;
  std::string_view taken = "";  // by which line, if that is not "for flowtalk COMMANDS"
};

constexpr std::string_view kNumbers = "npy npz safetensors torch pickle";
constexpr std::string_view kWeights = "safetensors torch pickle";

template <char const* kSystem>
bool is_of(const Seen& s) {
  return system_of(s.arrays) == kSystem;
}
constexpr char kOurs[] = "flowtalk_weights";

// Checkpoints of published systems, one kind for each of foreign's list.
template <size_t I>
bool is_foreign(const Seen& s) {
  return foreign::recognise(s.arrays.all()) == &foreign::kSystems[I];
}
void read_foreign(const Seen& s) { foreign::check_importable(s.path); }

template <size_t... I>
constexpr auto foreign_kinds(std::index_sequence<I...>) {
  return std::array{Kind{foreign::kSystems[I].name, kWeights, is_foreign<I>, read_foreign, "import",
                         foreign::kSystems[I].text, "flowtalk import checkpoint takes it"}...};
}
constexpr auto kForeignKinds = foreign_kinds(std::make_index_sequence<foreign::kSystems.size()>());

// The one list, behind kForeignKinds; the first row that looks right and can be opened is the kind.
// Rows without a look of their own are for what looks like nothing else.
constexpr std::array kKinds = {
    Kind{"flame_model", "pickle torch", [](const Seen& s) { return is_flame(s.arrays); },
         read_flame, "talk, render, export, evaluate", "a FLAME face model, as a face"},
    Kind{kHubert, kWeights, is_encoder_file, read_encoder, "encode", "weights of a speech encoder"},
    Kind{kOurs, kWeights, is_of<kOurs>, nullptr, "",
         "weights of flowtalk: name the checkpoint folder around it"},
    Kind{"vertex_regions", "pickle", is_masks, read_masks, "evaluate",
         "lists of vertices by name: regions of the metrics"},
    Kind{"vertex_regions", "regions", nullptr, read_masks, "evaluate",
         "lists of vertices: regions of the metrics"},
    Kind{"scaler", "pickle", is_scaler, nullptr, "",
         "a scaler of scikit-learn for normalised motion"},
    Kind{"vertex_templates", "pickle", is_meshes, read_subjects, "render, export",
         "neutral faces of subjects, as vertices"},
    Kind{"shape_templates", "pickle",
         [](const Seen& s) { return is_dict_ending_in(s, flame::kShape); }, read_subjects,
         "predict, render, export", "faces of subjects, as FLAME shape coefficients"},
    Kind{"flame_motion", kNumbers, holds_motion, read_motion,
         "render, export, evaluate, score, restyle", "FLAME motion"},
    Kind{"vertex_sequence", "npy", is_mesh_sequence, read_sequences, "evaluate, render",
         "vertices of many frames",
         "for flowtalk evaluate, and render with a face of as many vertices"},
    Kind{"vertex_sequence", "npy", is_mesh_sequences, read_sequences, "evaluate",
         "several samples of vertices of many frames"},
    Kind{"vertices", "npy", is_mesh, nullptr, "", "vertices of one mesh"},
    Kind{"motion_samples", "npy", is_samples_of_motion, read_sequences, "evaluate",
         "several samples of FLAME motion"},
    Kind{"array", "npy", nullptr, read_sequences, "evaluate", "numbers, as vertices"},
    Kind{"vertex_sequence", "npz safetensors", [](const Seen& s) { return holds_vertices(s.path); },
         read_sequences, "evaluate, render", "vertices of many frames",
         "for flowtalk evaluate, and render with a face of as many vertices"},
    Kind{"arrays", "npz", nullptr, read_sequences, "evaluate", "sequences by their arrays' names"},
    Kind{"tensors", "safetensors", nullptr, read_sequences, "evaluate",
         "sequences by their arrays' names"},
    Kind{"tensors", "torch", nullptr, nullptr, "", "arrays"},
    Kind{"flame_motion", "frames", holds_motion, read_motion, "render, export, score, restyle",
         "FLAME motion, a file per frame"},
    Kind{"arrays", "frames", nullptr, nullptr, "", "arrays, frame by frame"},
    Kind{"data", "pickle", nullptr, nullptr, "", "data"},
    Kind{"moonshine_encoder", "onnx",
         [](const Seen& s) { return foreign::looks_like_encoder(s.path); },
         [](const Seen& s) { foreign::check_encoder_importable(s.path); }, "import",
         "the speech encoder of Moonshine, to begin training from",
         "flowtalk import encoder takes it"},
    Kind{"onnx_model", "onnx", nullptr, nullptr, "", "an ONNX model"},
    Kind{"mesh", "ply obj", nullptr, [](const Seen& s) { face::load_mesh(s.path); }, "render",
         "a mesh of triangles", "flowtalk render shows vertices on it, as the face"},
    Kind{"avatar", "glb", nullptr, [](const Seen& s) { avatar::load_avatar(s.path); },
         "talk, predict, render, restyle, live, export", "a head of one's own, as a face"},
    Kind{"face_scores", "json csv", is_scores, [](const Seen& s) { data::load_score_file(s.path); },
         "import", "a face in ARKit's shapes over time", "for flowtalk import arkit"},
    Kind{"emotion_curve", "json csv", is_curve,
         [](const Seen& s) { condition::load_timeline(s.path, default_conditions()); },
         "predict, talk, restyle", "an emotion over time"},
    Kind{"json", "json", nullptr, nullptr, "", "a document"},
    Kind{"vertex_region", "index_list", nullptr,
         [](const Seen& s) { formats::load_index_list(s.path); }, "evaluate",
         "a list of vertices: a region of the metrics"},
    Kind{"voice", "audio", nullptr, read_voice, "talk, predict", "sound, as a voice"},
    Kind{"reconstruction", "hdf5", nullptr,
         [](const Seen& s) { data::load_reconstruction(s.path); }, "data",
         "a reconstructed take of MEAD, to import"},
    Kind{"checkpoint", "checkpoint", is_checkpoint_of<kModel>, read_model, "predict, talk",
         "a checkpoint of flowtalk"},
    Kind{"classifier", "checkpoint", is_checkpoint_of<kClassifier>,
         [](const Seen& s) { evaluate::EmotionClassifier::load(s.path); }, "evaluate",
         "a checkpoint of flowtalk's classifier of emotions"},
    Kind{"speech_encoder", "checkpoint", is_checkpoint_of<kEncoder>, read_encoder, "encode",
         "a checkpoint of a speech encoder"},
    Kind{"checkpoint", "checkpoint", nullptr,
         [](const Seen& s) { params::load_checkpoint(s.path); }, "train",
         "a checkpoint of training"},
    Kind{"speech_encoder", "hugging_face", nullptr, read_encoder, "encode", "a speech encoder"},
    Kind{"dataset", "dataset", nullptr, read_dataset, "train, evaluate, data",
         "a data set in 3DMEAD's layout"},
    Kind{"packed_dataset", "packed", nullptr, [](const Seen& s) { data::Packed(s.path); },
         "train, data", "a packed data set"},
};

bool may_be(const Kind& kind, const std::string& format) {
  const auto formats = words_of(kind.formats);
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

void set(Json& report, const Kind& kind, bool usable, const std::string& use) {
  report["kind"] = std::string(kind.name);
  report["usable"] = usable;
  report["use"] = use;
  report["commands"] = usable ? words_of(kind.commands) : std::vector<std::string>();
}

}  // namespace

void judge(Json& report, const fs::path& path) {
  const Arrays arrays(report);
  const Seen seen{path, report, arrays};
  bool judged = false;
  std::vector<Kind> kinds(kForeignKinds.begin(), kForeignKinds.end());
  kinds.insert(kinds.end(), kKinds.begin(), kKinds.end());
  for (const Kind& kind : kinds) {
    if (!may_be(kind, report["format"])) continue;
    if (kind.looks == nullptr ? judged : !kind.looks(seen)) continue;
    if (kind.open == nullptr) {
      if (!judged) set(report, kind, false, fmt::format("{}; no command takes it", kind.text));
      return;
    }
    try {
      kind.open(seen);
      return set(report, kind, true,
                 kind.taken.empty() ? fmt::format("{}, for flowtalk {}", kind.text, kind.commands)
                                    : fmt::format("{}; {}", kind.text, kind.taken));
    } catch (const Error& e) {
      if (!judged) set(report, kind, false, e.what());
      judged = true;
    }
  }
}

}  // namespace flowtalk::pipeline
