#include "flowtalk/avatar/test_avatars.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/arkit/visemes.h"
#include "flowtalk/avatar/humanoid.h"
#include "flowtalk/face/face.h"
#include "flowtalk/render/image.h"

namespace flowtalk::avatar {
namespace {

using face::Material;
using gltf::Glb;
using Use = gltf::Glb::Use;
using Places = std::vector<float>;

constexpr float kHeight = 1.6f;  // of the head's middle above the ground

struct Shape {
  std::string name;
  Places offsets;  // (V, 3) of the built-in head
};

Places posed(const arkit::Scores& scores) {
  static const face::Deformer deformer(face::builtin_face());
  const auto row = arkit::row_of(scores, arkit::Gain::kNone);
  face::FaceFrame frame;
  frame.expression = std::span(row).first(motion::kLiveExpression);
  frame.jaw = {row[motion::kJawAt], 0, 0};
  Places places(static_cast<size_t>(face::builtin_face().rest.size()));
  deformer.vertices(frame, places);
  return places;
}

Shape shape_of(const std::string& name, const arkit::Scores& scores) {
  Shape shape{name, posed(scores)};
  const auto rest = face::builtin_face().rest.values();
  for (size_t i = 0; i < shape.offsets.size(); ++i) shape.offsets[i] -= rest[i];
  return shape;
}

arkit::Scores one(std::initializer_list<std::pair<const char*, float>> values) {
  arkit::Scores scores{};
  for (const auto& [name, value] : values) scores[*arkit::find_shape(name)] = value;
  return scores;
}

void add_arkit(std::vector<Shape>& shapes) {
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    arkit::Scores scores{};
    scores[i] = 1;
    shapes.push_back(shape_of(std::string(arkit::kNames[i]), scores));
  }
}

void add_looks(std::vector<Shape>& shapes) {
  for (const auto& [name, a, b] : {std::array{"Look_Up", "eyeLookUpLeft", "eyeLookUpRight"},
                                   {"Look_Down", "eyeLookDownLeft", "eyeLookDownRight"},
                                   {"Look_Left", "eyeLookOutLeft", "eyeLookInRight"},
                                   {"Look_Right", "eyeLookInLeft", "eyeLookOutRight"}}) {
    shapes.push_back(shape_of(name, one({{a, 1.0f}, {b, 1.0f}})));
  }
}

// Parts of moods are targets without an expression.
bool is_part(std::string_view name) { return name.ends_with("_Joy") && name != "Fcl_ALL_Joy"; }

arkit::Scores joy_of(const MadeOptions& options, bool brows, bool eyes, bool mouth) {
  arkit::Scores joy{};
  if (mouth) joy = one({{"mouthSmileLeft", 0.7f}, {"mouthSmileRight", 0.7f}});
  if (!options.grins) return joy;
  if (brows) joy[arkit::shape("browInnerUp")] = 0.6f;
  if (eyes) joy[arkit::shape("eyeBlinkLeft")] = joy[arkit::shape("eyeBlinkRight")] = 1;
  if (mouth) joy[arkit::shape("jawOpen")] = 0.45f;
  return joy;
}

std::vector<Shape> shapes_of(const MadeOptions& options) {
  const Made kind = options.kind;
  std::vector<Shape> shapes;
  if (kind == Made::kReadyPlayerMe) add_arkit(shapes);
  if (kind == Made::kJawBone) return shapes;
  const bool visemes = kind == Made::kVisemes || kind == Made::kReadyPlayerMe;
  const auto open =
      one({{"jawOpen", 0.55f}, {"mouthLowerDownLeft", 0.25f}, {"mouthLowerDownRight", 0.25f}});
  const auto round = one({{"jawOpen", 0.12f}, {"mouthPucker", 0.75f}, {"mouthFunnel", 0.35f}});
  const auto wide =
      one({{"jawOpen", 0.15f}, {"mouthStretchLeft", 0.5f}, {"mouthStretchRight", 0.5f}});
  if (visemes) {
    for (const auto name : arkit::kVisemeNames) {
      const bool is_round = name == "U" || name == "O" || name == "RR" || name == "CH";
      const bool is_wide = name == "I" || name == "E" || name == "SS";
      shapes.push_back(shape_of("viseme_" + std::string(name), is_round  ? round
                                                               : is_wide ? wide
                                                                         : open));
    }
  } else {
    for (const auto& [name, scores] : {std::pair{"Fcl_MTH_A", open},
                                       {"Fcl_MTH_I", wide},
                                       {"Fcl_MTH_U", round},
                                       {"Fcl_MTH_E", wide},
                                       {"Fcl_MTH_O", round}}) {
      shapes.push_back(shape_of(name, scores));
    }
    shapes.push_back(shape_of("Fcl_ALL_Joy", joy_of(options, true, true, true)));
  }
  if (kind != Made::kReadyPlayerMe) {
    shapes.push_back(
        shape_of(visemes ? "eyeBlink_L" : "Fcl_EYE_Close_L", one({{"eyeBlinkLeft", 1.0f}})));
    shapes.push_back(
        shape_of(visemes ? "eyeBlink_R" : "Fcl_EYE_Close_R", one({{"eyeBlinkRight", 1.0f}})));
  }
  if (options.looks) add_looks(shapes);
  if (options.parts) {
    shapes.push_back(shape_of("Fcl_BRW_Joy", joy_of(options, true, false, false)));
    shapes.push_back(shape_of("Fcl_EYE_Joy", joy_of(options, false, true, false)));
    shapes.push_back(shape_of("Fcl_MTH_Joy", joy_of(options, false, false, true)));
  }
  if (options.sync) add_arkit(shapes);
  return shapes;
}

// A picture of skin with a darker band, so that it is seen where it lies.
std::string skin_picture() {
  render::Image image(64, 64, {0xe0, 0xac, 0x8c});
  for (int y = 20; y < 24; ++y) {
    for (int x = 0; x < 64; ++x) {
      const render::Rgb band{0x60, 0x30, 0x90};
      std::copy(band.begin(), band.end(), image.at(x, y));
    }
  }
  return render::encode_png(image);
}

class Maker {
 public:
  explicit Maker(const MadeOptions& options)
      : o_(options), head_(face::builtin_face()), shapes_(shapes_of(options)) {}

  Glb make() {
    glb_.json["scene"] = 0;
    glb_.json["scenes"] = Json::array({{{"nodes", {0}}}});
    add_bones();
    add_materials();
    const bool vrm = o_.kind == Made::kVrm0 || o_.kind == Made::kVrm1;
    add_mesh(vrm ? "Face" : "Wolf3D_Head", {Material::kSkin, Material::kLips}, 0, head_bone_);
    add_mesh(vrm ? "Mouth" : "Wolf3D_Teeth",
             {Material::kTeeth, Material::kTongue, Material::kMouthInside}, 1,
             o_.kind == Made::kJawBone ? jaw_bone_ : head_bone_);
    add_eyes();
    add_mesh("Hair", {Material::kHair, Material::kLash}, 1, head_bone_);
    if (o_.kind == Made::kVrm0) add_vrm0();
    if (o_.kind == Made::kVrm1) add_vrm1();
    return std::move(glb_);
  }

 private:
  // Facing -z is half a turn about y; everything stands at the height of a person.
  std::array<float, 3> place(const float* p, bool offset) const {
    const float turn = o_.kind == Made::kVrm0 ? -1.0f : 1.0f;
    const auto scale = static_cast<float>(o_.scale);
    return {scale * turn * p[0], scale * (p[1] + (offset ? 0 : kHeight)), scale * turn * p[2]};
  }

  size_t add_node(const std::string& name, std::array<float, 3> at, int parent) {
    std::array<float, 3> local = at;
    if (parent >= 0) {
      for (size_t k = 0; k < 3; ++k) local[k] -= stands_[static_cast<size_t>(parent)][k];
    }
    stands_.push_back(at);
    const size_t node = glb_.add("nodes", {{"name", name}, {"translation", local}});
    if (parent >= 0) glb_.json["nodes"][static_cast<size_t>(parent)]["children"].push_back(node);
    return node;
  }

  std::array<float, 3> eye(bool left) const {
    const auto joints = face::Deformer(head_).joints({});
    const auto& at = joints[static_cast<size_t>(left ? flame::kLeftEye : flame::kRightEye)];
    return place(at.data(), false);
  }

  void add_body() {
    for (const auto& [name, parent, at] : kHumanoid) {
      const std::string_view bone = name;
      if (bone == "hips" || bone == "neck" || bone == "head") continue;
      const auto scale = static_cast<float>(o_.scale);
      const float side = o_.kind == Made::kVrm0 ? -scale : scale;
      const std::string above = kHumanoid[static_cast<size_t>(parent)].name;
      human_[name] = add_node(name, {side * at[0], scale * at[1], side * at[2]},
                              static_cast<int>(human_.at(above)));
    }
  }

  void add_bones() {
    const auto joints = face::Deformer(head_).joints({});
    const auto neck = place(joints[static_cast<size_t>(flame::kNeck)].data(), false);
    const auto jaw = place(joints[static_cast<size_t>(flame::kJawJoint)].data(), false);
    const bool vroid = o_.kind == Made::kVrm0;
    human_["hips"] =
        add_node(vroid ? "J_Bip_C_Hips" : "Hips", {0, static_cast<float>(o_.scale), 0}, -1);
    if (vroid || o_.kind == Made::kVrm1) add_body();
    const size_t below = human_.contains("spine") ? human_["spine"] : human_["hips"];
    neck_bone_ = add_node(vroid ? "J_Bip_C_Neck" : "Neck", neck, static_cast<int>(below));
    head_bone_ = add_node(vroid ? "J_Bip_C_Head" : "Head", neck, static_cast<int>(neck_bone_));
    left_eye_ =
        add_node(vroid ? "J_Adj_L_FaceEye" : "LeftEye", eye(true), static_cast<int>(head_bone_));
    right_eye_ =
        add_node(vroid ? "J_Adj_R_FaceEye" : "RightEye", eye(false), static_cast<int>(head_bone_));
    human_.insert({{"neck", neck_bone_},
                   {"head", head_bone_},
                   {"leftEye", left_eye_},
                   {"rightEye", right_eye_}});
    jaw_bone_ = head_bone_;
    if (o_.kind == Made::kJawBone)
      jaw_bone_ = add_node("mixamorig:Jaw", jaw, static_cast<int>(head_bone_));
    if (o_.kind == Made::kVrm1) {  // bones of 1.0 may be turned: here about their own axis
      const double half = std::sqrt(0.5);
      glb_.json["nodes"][left_eye_]["rotation"] = {half, 0, 0, half};
    }
    Json joint_list = Json::array();
    std::vector<float> inverse;
    for (size_t i = 0; i < stands_.size(); ++i) {
      joint_list.push_back(i);
      std::vector<float> m{
          1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -stands_[i][0], -stands_[i][1], -stands_[i][2], 1};
      // Its inverse turns back by a quarter about x.
      if (o_.kind == Made::kVrm1 && i == left_eye_) {
        m = {1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, -stands_[i][0], -stands_[i][2], stands_[i][1], 1};
      }
      inverse.insert(inverse.end(), m.begin(), m.end());
    }
    glb_.add("skins", {{"joints", joint_list},
                       {"inverseBindMatrices", glb_.floats(inverse, 16, Use::kData)}});
  }

  void add_materials() {
    Json skin{{"name", "Wolf3D_Skin"}, {"pbrMetallicRoughness", {{"metallicFactor", 0}}}};
    if (o_.pictures) {
      const std::string png = skin_picture();
      const size_t view = glb_.bytes_of_a_file(png);
      glb_.add("images", {{"bufferView", view}, {"mimeType", "image/png"}});
      glb_.add("samplers", {{"wrapS", 10497}, {"wrapT", 33071}});
      glb_.add("textures", {{"source", 0}, {"sampler", 0}});
      skin["pbrMetallicRoughness"]["baseColorTexture"] = {{"index", 0}};
    }
    glb_.add("materials", skin);
    glb_.add("materials", {{"name", "plain"},
                           {"doubleSided", true},
                           {"pbrMetallicRoughness", {{"metallicFactor", 0}}}});
  }

  void add_eyes() {
    for (const bool left : {true, false}) {
      add_mesh(left ? "EyeLeft" : "EyeRight", {Material::kEyeball}, 1,
               left ? left_eye_ : right_eye_,
               [left](const float* p) { return (p[0] > 0) == left; });
    }
  }

  void add_mesh(
      const std::string& name, std::vector<Material> materials, size_t material, size_t bone,
      const std::function<bool(const float*)>& takes = [](const float*) { return true; }) {
    const bool coloured = material == 1;
    std::vector<uint32_t> number(static_cast<size_t>(head_.vertex_count()), UINT32_MAX), vertices,
        corners;
    for (const auto& t : head_.triangles) {
      if (std::ranges::find(materials, head_.appearance.material[t[0]]) == materials.end())
        continue;
      if (!takes(head_.rest.data() + 3 * int64_t{t[0]})) continue;
      for (const uint32_t v : t) {
        if (number[v] == UINT32_MAX) {
          number[v] = static_cast<uint32_t>(vertices.size());
          vertices.push_back(v);
        }
        corners.push_back(number[v]);
      }
    }
    std::vector<float> places, uv, colours;
    for (const uint32_t v : vertices) {
      const float* p = head_.rest.data() + 3 * int64_t{v};
      const auto at = place(p, false);
      places.insert(places.end(), at.begin(), at.end());
      uv.push_back(static_cast<float>(std::atan2(p[0], p[2]) / (2 * std::numbers::pi)) + 0.5f);
      uv.push_back(0.5f - 2.5f * p[1]);
      const auto& colour = head_.appearance.albedo[v];
      colours.insert(colours.end(), colour.begin(), colour.end());
    }
    Json primitive{{"attributes",
                    {{"POSITION", glb_.floats(places, 3, Use::kVertices, true)},
                     {"TEXCOORD_0", glb_.floats(uv, 2, Use::kVertices)}}},
                   {"indices", glb_.indices(corners)},
                   {"material", material}};
    if (coloured || !o_.pictures)
      primitive["attributes"]["COLOR_0"] = glb_.floats(colours, 3, Use::kVertices);
    std::vector<uint8_t> joints(4 * vertices.size(), 0);
    std::vector<float> shares(4 * vertices.size(), 0.0f);
    for (size_t i = 0; i < vertices.size(); ++i) {
      // The lower face of a head without targets hangs on its jaw as the built-in head's does.
      const float jaw =
          jaw_bone_ == head_bone_
              ? 0.0f
              : head_.skinning[int64_t{vertices[i]} * flame::kJoints + flame::kJawJoint];
      joints[4 * i] = static_cast<uint8_t>(bone);
      joints[4 * i + 1] = static_cast<uint8_t>(jaw_bone_);
      shares[4 * i] = bone == head_bone_ ? 1 - jaw : 1.0f;
      shares[4 * i + 1] = bone == head_bone_ ? jaw : 0.0f;
      for (size_t k = 4 * i; k < 4 * i + 2; ++k) {
        if (shares[k] == 0) joints[k] = 0;
      }
    }
    primitive["attributes"]["JOINTS_0"] = glb_.bytes_of_four(joints);
    primitive["attributes"]["WEIGHTS_0"] = glb_.floats(shares, 4, Use::kVertices);
    Json names = Json::array();
    for (const Shape& shape : shapes_) {
      std::vector<float> offsets;
      for (const uint32_t v : vertices) {
        const auto d = place(&shape.offsets[3 * size_t{v}], true);
        offsets.insert(offsets.end(), d.begin(), d.end());
      }
      primitive["targets"].push_back({{"POSITION", glb_.sparse(offsets, 1e-6f, true)}});
      names.push_back(o_.prefix + shape.name);
    }
    Json mesh{{"name", name}};
    if (!shapes_.empty())
      (o_.kind == Made::kVrm0 ? primitive : mesh)["extras"]["targetNames"] = names;
    mesh["primitives"] = Json::array({primitive});
    const size_t place = glb_.add("meshes", mesh);
    const size_t node = glb_.add("nodes", {{"name", name}, {"mesh", place}, {"skin", 0}});
    glb_.json["scenes"][0]["nodes"].push_back(node);
    mesh_nodes_.push_back(node);
  }

  void add_vrm0() {
    glb_.json["extensionsUsed"].push_back("VRM");
    Json groups = Json::array();
    std::vector<std::string> presets{"a", "i", "u", "e", "o", "joy", "blink_l", "blink_r"};
    if (o_.looks) presets.insert(presets.end(), {"lookup", "lookdown", "lookleft", "lookright"});
    for (size_t k = 0; k < shapes_.size(); ++k) {
      if (is_part(shapes_[k].name)) continue;
      Json binds = Json::array();
      for (size_t mesh = 0; mesh < mesh_nodes_.size(); ++mesh)
        binds.push_back({{"mesh", mesh}, {"index", k}, {"weight", 100}});
      const bool preset = k < presets.size();
      groups.push_back({{"name", preset ? presets[k] : arkit::pascal(shapes_[k].name)},
                        {"presetName", preset ? presets[k] : "unknown"},
                        {"isBinary", false},
                        {"binds", binds}});
    }
    groups.push_back({{"name", "Unused"}, {"presetName", "unknown"}, {"binds", Json::array()}});
    const Json range{
        {"curve", {0, 0, 0, 1, 1, 1, 1, 0}}, {"xRange", 90}, {"yRange", o_.looks ? 1 : 10}};
    Json bones = Json::array();
    for (const auto& [name, node] : human_) bones.push_back({{"bone", name}, {"node", node}});
    glb_.json["extensions"]["VRM"] = {{"specVersion", "0.0"},
                                      {"meta", {{"title", "Made"}, {"author", "flowtalk"}}},
                                      {"humanoid", {{"humanBones", bones}}},
                                      {"blendShapeMaster", {{"blendShapeGroups", groups}}},
                                      {"firstPerson",
                                       {{"lookAtTypeName", o_.looks ? "BlendShape" : "Bone"},
                                        {"lookAtHorizontalInner", range},
                                        {"lookAtHorizontalOuter", range},
                                        {"lookAtVerticalUp", range},
                                        {"lookAtVerticalDown", range}}}};
  }

  void add_vrm1() {
    glb_.json["extensionsUsed"].push_back("VRMC_vrm");
    std::vector<std::string> names{"aa", "ih",    "ou",        "ee",
                                   "oh", "happy", "blinkLeft", "blinkRight"};
    if (o_.looks) names.insert(names.end(), {"lookUp", "lookDown", "lookLeft", "lookRight"});
    Json presets = Json::object(), custom{{"wink", {{"morphTargetBinds", Json::array()}}}};
    for (size_t k = 0; k < shapes_.size(); ++k) {
      if (is_part(shapes_[k].name)) continue;
      Json binds = Json::array();
      for (const size_t node : mesh_nodes_)
        binds.push_back({{"node", node}, {"index", k}, {"weight", 1.0}});
      Json& to = k < names.size() ? presets[names[k]] : custom[shapes_[k].name];
      to = {{"isBinary", false}, {"morphTargetBinds", binds}};
    }
    const Json range{{"inputMaxValue", 60.0}, {"outputScale", o_.looks ? 0.8 : 20.0}};
    Json bones = Json::object();
    for (const auto& [name, node] : human_) bones[name] = {{"node", node}};
    glb_.json["extensions"]["VRMC_vrm"] = {
        {"specVersion", "1.0"},
        {"meta",
         {{"name", "Made"},
          {"authors", {"flowtalk"}},
          {"licenseUrl", "https://vrm.dev/licenses/1.0/"}}},
        {"humanoid", {{"humanBones", bones}}},
        {"expressions", {{"preset", presets}, {"custom", custom}}},
        {"lookAt",
         {{"type", o_.looks ? "expression" : "bone"},
          {"rangeMapHorizontalInner", range},
          {"rangeMapHorizontalOuter", range},
          {"rangeMapVerticalUp", range},
          {"rangeMapVerticalDown", range}}}};
  }

  const MadeOptions& o_;
  const face::Face& head_;
  std::vector<Shape> shapes_;
  Glb glb_;
  std::vector<std::array<float, 3>> stands_;
  std::vector<size_t> mesh_nodes_;
  std::map<std::string, size_t> human_;  // VRM's humanoid: nodes
  size_t neck_bone_ = 0, head_bone_ = 0, left_eye_ = 0, right_eye_ = 0, jaw_bone_ = 0;
};

}  // namespace

Glb made_glb(const MadeOptions& options) { return Maker(options).make(); }
std::string made_avatar(const MadeOptions& options) { return made_glb(options).bytes(); }

}  // namespace flowtalk::avatar
