#include "flowtalk/foreign/subjects.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::foreign {
namespace {

struct DataSet {
  std::string_view subjects;
  int fps = 0;
  int64_t values = 0;  // coordinates of its mesh
};
constexpr std::array kDataSets = {
    DataSet{"F2 F3 F4 M3 M4 M5", 25,
            70110},  // BIWI, as FaceDiffuser, FaceFormer and CodeTalker split it
    DataSet{"F1 F2 F3 F4 F5 F6 F7 F8 M1 M2 M3 M4 M5 M6", 25, 70110},  // BIWI, all of it
    DataSet{"FaceTalk_170728_03272_TA FaceTalk_170904_00128_TA FaceTalk_170725_00137_TA "
            "FaceTalk_170915_00223_TA FaceTalk_170811_03274_TA FaceTalk_170913_03279_TA "
            "FaceTalk_170904_03276_TA FaceTalk_170912_03278_TA",
            30, 15069},  // VOCASET
};

// Coordinates of the meshes of the data sets on which FaceDiffuser was trained, in frames per
// second of its README.
struct Mesh {
  int64_t values = 0;
  int fps = 0;
};
constexpr std::array kMeshes = {
    Mesh{70110, 25},  // BIWI
    Mesh{15069, 30},  // VOCASET
    Mesh{18516, 30},  // Multiface
};

std::vector<float> values_in(const formats::NamedArray& array, int64_t count) {
  const formats::Array held = array.load();
  if (held.size() != count) {
    fail("{}: a face of {} values, the model moves {}; give the template of its own mesh",
         array.where, held.size(), count);
  }
  const tensor::Tensor face = formats::to_tensor(held, array.where);
  return {face.values().begin(), face.values().end()};
}

// The array for a style: of its name; the one that is called template; the only one.
const formats::NamedArray* face_for(const std::vector<formats::NamedArray>& arrays,
                                    const std::string& style) {
  for (const std::string& name : {style, std::string("template")}) {
    const auto found = std::find_if(arrays.begin(), arrays.end(),
                                    [&](const auto& array) { return array.name == name; });
    if (found != arrays.end()) return &*found;
  }
  return arrays.size() == 1 ? &arrays.front() : nullptr;
}

std::vector<float> faces_at_rest(const std::filesystem::path& path,
                                 const std::vector<std::string>& styles, int64_t count) {
  const auto arrays = formats::open_arrays(path);
  std::vector<float> all;
  for (const std::string& style : styles) {
    const formats::NamedArray* array = face_for(arrays, style);
    if (array == nullptr) {
      fail("{}: has no face of the style {}; expected one array, or one for each style",
           path.string(), style);
    }
    const auto face = values_in(*array, count);
    all.insert(all.end(), face.begin(), face.end());
  }
  return all;
}

}  // namespace

Subjects subjects_of(int64_t count, int64_t values, const Choices& choices) {
  Subjects subjects;
  subjects.known = false;
  for (const Mesh& mesh : kMeshes) {
    if (mesh.values != values) continue;
    subjects.fps = mesh.fps;
    subjects.known = true;
  }
  for (const DataSet& set : kDataSets) {
    auto names = words_of(set.subjects);
    const bool of_another_mesh = subjects.known && set.values != values;
    if (static_cast<int64_t>(names.size()) != count || of_another_mesh) continue;
    subjects = {std::move(names), set.fps, true};
  }
  if (!choices.subjects.empty()) {
    subjects.names = words_of(choices.subjects);
  } else if (subjects.names.empty()) {
    for (int64_t i = 0; i < count; ++i) subjects.names.push_back(fmt::format("subject_{}", i));
  }
  if (static_cast<int64_t>(subjects.names.size()) != count) {
    fail_usage("{}: expected {} names, as the model has styles, got {}", Field("subjects"), count,
               subjects.names.size());
  }
  return subjects;
}

void add_vertices(Plan& plan, const Published& file, const Choices& choices, int64_t values) {
  if (values % 3 != 0) {
    fail("{}: {} values a frame are no vertices of 3 coordinates", file.path(), values);
  }
  auto& model = plan.model;
  model.vertices = static_cast<int>(values / 3);
  model.prior = prior::without_prior(values);
  plan.given["prior/motion_mean"] = std::vector<float>(static_cast<size_t>(values), 0.0f);
  plan.given["prior/motion_sd"] = std::vector<float>(static_cast<size_t>(values), 1.0f);
  const auto& styles = model.conditions.styles;
  if (choices.face_template.empty()) {
    plan.given["generator/rest"] =
        std::vector<float>(styles.size() * static_cast<size_t>(values), 0.0f);
    plan.warnings.push_back(
        fmt::format("{}: without {} it moves a face of zeros: what it predicts are distances from "
                    "the face at rest",
                    file.path(), Field("template")));
  } else {
    plan.given["generator/rest"] = faces_at_rest(choices.face_template, styles, values);
  }
}

}  // namespace flowtalk::foreign
