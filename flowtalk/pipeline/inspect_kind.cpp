// What the contents of a file are to flowtalk, recognised by names and shapes of its arrays.
#include <algorithm>
#include <map>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/pipeline/inspect_report.h"

namespace flowtalk::pipeline {
namespace {

using Shape = std::vector<int64_t>;

struct Verdict {
  std::string kind;
  bool usable = false;
  std::string use;
};

// The report's arrays by name, without a leading "state_dict." or "model.".
class Arrays {
 public:
  explicit Arrays(const Json& report) {
    for (const Json& array : report["arrays"]) {
      std::string name = array["name"];
      for (const std::string prefix : {"state_dict.", "model."}) {
        if (name.starts_with(prefix)) name.erase(0, prefix.size());
      }
      shapes_[name] = array["shape"].get<Shape>();
      finite_ = finite_ && array["nan"] == 0 && array["infinite"] == 0;
    }
  }
  bool has(const std::string& name) const { return shapes_.contains(name); }
  bool any(const std::string& prefix) const {
    const auto found = shapes_.lower_bound(prefix);
    return found != shapes_.end() && found->first.starts_with(prefix);
  }
  const Shape& shape(const std::string& name) const { return shapes_.at(name); }
  bool finite() const { return finite_; }
  size_t size() const { return shapes_.size(); }
  const std::map<std::string, Shape>& all() const { return shapes_; }

 private:
  std::map<std::string, Shape> shapes_;
  bool finite_ = true;
};

constexpr const char* kNotUsed = "no command of flowtalk takes it";
constexpr int64_t kFewestVertices = 100;  // of a mesh

Verdict judge_npy(const Json& report, const Arrays& arrays) {
  const Shape& shape = arrays.all().begin()->second;
  if (report["details"].contains("motion")) {
    return {"flame_motion", arrays.finite(),
            arrays.finite() ? "FLAME motion: flowtalk render, evaluate and data read it"
                            : "FLAME motion with numbers that are not finite; it cannot be shown"};
  }
  const bool points =
      shape.size() >= 2 && shape.back() == 3 && shape[shape.size() - 2] >= kFewestVertices;
  if (points && shape.size() == 2) return {"vertices", false, "vertices of one mesh"};
  if (points && shape.size() == 3) return {"vertex_sequence", false, "vertices of many meshes"};
  return {"array", false, kNotUsed};
}

// Weights, by the names that their systems give them.
Verdict judge_weights(const Arrays& arrays) {
  const bool codes = arrays.any("quantize.") || arrays.any("motion_prior.quantize.");
  const std::string model = codes ? "vqvae" : "vae";
  if (arrays.any("feature_predictor.") && arrays.any("motion_prior.")) {
    return {"probtalk3d_" + model + "_predictor", false,
            "a ProbTalk3D checkpoint of voice to motion, its HuBERT included; " +
                std::string(kNotUsed)};
  }
  if (arrays.any("motion_encoder.") && arrays.any("motion_decoder.")) {
    return {"probtalk3d_" + model + "_prior", false,
            "a ProbTalk3D checkpoint of a motion prior; " + std::string(kNotUsed)};
  }
  if (arrays.has("gru.weight_ih_l0") && arrays.any("audio_encoder.")) {
    return {"face_diffuser", false, "a FaceDiffuser checkpoint; " + std::string(kNotUsed)};
  }
  if (arrays.has("feature_extractor.conv_layers.0.conv.weight") ||
      arrays.has("hubert.feature_extractor.conv_layers.0.conv.weight")) {
    return {"hubert_weights", true,
            "weights of a HuBERT: flowtalk reads them from a folder together with config.json"};
  }
  if (arrays.any("flow/") || arrays.any("encoder/")) {
    return {"flowtalk_weights", true, "weights of flowtalk: name the checkpoint folder around it"};
  }
  return {"tensors", false, kNotUsed};
}

bool is_flame(const Arrays& arrays) {
  const auto has = [&](const char* name) { return arrays.has(name); };
  constexpr const char* kNames[] = {"v_template", "shapedirs", "posedirs",     "J_regressor",
                                    "weights",    "f",         "kintree_table"};
  return std::all_of(std::begin(kNames), std::end(kNames), has);
}

Verdict judge_flame(Json& report, const Arrays& arrays) {
  const Shape &rest = arrays.shape("v_template"), &basis = arrays.shape("shapedirs"),
              &faces = arrays.shape("f");
  if (rest.size() != 2 || basis.size() != 3 || faces.size() != 2) {
    return {"flame_model", false, "named like a FLAME model, but its arrays have other shapes"};
  }
  const int64_t vertices = rest[0], joints = flame::kJoints;
  report["details"]["flame"] = {
      {"vertices", vertices}, {"triangles", faces[0]}, {"components", basis[2]}};
  const bool fits = rest[1] == 3 && basis[0] == vertices && basis[1] == 3 && faces[1] == 3 &&
                    arrays.shape("posedirs") == Shape{vertices, 3, 9 * (joints - 1)} &&
                    arrays.shape("J_regressor") == Shape{joints, vertices} &&
                    arrays.shape("weights") == Shape{vertices, joints} && arrays.finite();
  return {"flame_model", fits,
          fits ? "a FLAME face model: flowtalk takes it as its face"
               : "like a FLAME model, but its arrays do not fit together or are not finite"};
}

// Do all values of a dictionary at the top have this many numbers in this last axis?
bool every_array_ends_in(const Arrays& arrays, int64_t width) {
  return arrays.size() > 0 &&
         std::all_of(arrays.all().begin(), arrays.all().end(), [&](const auto& entry) {
           return !entry.second.empty() && entry.second.back() == width;
         });
}

Verdict judge_pickle(Json& report, const Arrays& arrays) {
  const Json& tree = report["tree"];
  if (is_flame(arrays)) return judge_flame(report, arrays);
  if (tree["type"] == "record" && tree["name"].get<std::string>().ends_with("Scaler")) {
    return {"scaler", arrays.has("scale_") && arrays.finite(),
            "a scaler of scikit-learn for normalised motion"};
  }
  const bool dict = tree["type"] == "dict" && tree["items"].size() == arrays.size();
  if (dict && every_array_ends_in(arrays, 3)) {
    report["details"]["subjects"] = arrays.size();
    return {"vertex_templates", arrays.finite(), "neutral faces of subjects, as vertices"};
  }
  if (dict && every_array_ends_in(arrays, flame::kShape)) {
    report["details"]["subjects"] = arrays.size();
    return {"shape_templates", arrays.finite(), "faces of subjects, as FLAME shape coefficients"};
  }
  const Verdict weights = judge_weights(arrays);
  return weights.kind == "tensors" ? Verdict{"data", false, kNotUsed} : weights;
}

Verdict judge_audio(const Json& report, const Arrays& arrays) {
  const audio::LoadOptions limits;
  const double seconds = report["details"]["duration_s"];
  if (!arrays.finite()) return {"voice", false, "sound with samples that are not finite"};
  if (seconds < limits.min_duration_s) {
    return {"voice", false, "sound too short for a voice; 0.1 s is the least"};
  }
  return {"voice", true, "sound: flowtalk talk and predict take it as a voice"};
}

Verdict verdict_of(Json& report, const Arrays& arrays) {
  const std::string format = report["format"];
  const bool finite = arrays.finite();
  if (format == "npy") return judge_npy(report, arrays);
  if (format == "npz") return {"arrays", false, kNotUsed};
  if (format == "pickle") return judge_pickle(report, arrays);
  if (format == "torch") {
    const Verdict weights = judge_weights(arrays);
    return weights.kind == "tensors" ? judge_pickle(report, arrays) : weights;
  }
  if (format == "safetensors") return judge_weights(arrays);
  if (format == "ply") return {"mesh", false, "a mesh of triangles"};
  if (format == "audio") return judge_audio(report, arrays);
  if (format == "index_list") {
    return {"vertex_region", true, "a list of vertices: a region of the metrics"};
  }
  if (format == "checkpoint") {
    return {"checkpoint", finite, "a checkpoint of flowtalk: predict takes it"};
  }
  if (format == "dataset") {
    return {"dataset", true, "a data set in 3DMEAD's layout: flowtalk train, evaluate and data"};
  }
  const Json& details = report["details"];
  if (format == "hugging_face") {
    const Json type = details["config"].value("model_type", Json());
    return {"speech_encoder", type == "hubert" && finite,
            type == "hubert" ? "a HuBERT speech encoder" : "a network other than HuBERT"};
  }
  return {"json", false, kNotUsed};
}

}  // namespace

void judge(Json& report) {
  const Arrays arrays(report);
  const Verdict verdict = verdict_of(report, arrays);
  report["kind"] = verdict.kind;
  report["usable"] = verdict.usable;
  report["use"] = verdict.use;
}

}  // namespace flowtalk::pipeline
