#include "flowtalk/avatar/avatar.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/avatar/animation.h"
#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/head_angles.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::avatar {
namespace {

using arkit::shape;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using tests::refusal;

struct Pose {
  std::array<float, motion::kLiveExpression> expression{};
  face::FaceFrame frame;
  explicit Pose(float jaw = 0) {
    frame.expression = expression;
    frame.jaw = {jaw, 0, 0};
  }
  Pose(const Pose&) = delete;
  float& operator[](std::string_view axis) {
    return expression[static_cast<size_t>(std::ranges::find(face::kExpressionAxes, axis) -
                                          face::kExpressionAxes.begin())];
  }
};

std::vector<float> posed(const Avatar& avatar, const face::FaceFrame& frame) {
  std::vector<float> out(static_cast<size_t>(avatar.face().rest.size()));
  avatar.vertices(frame, out);
  return out;
}

Avatar made(Made kind) { return Avatar(made_avatar({.kind = kind}), "made.glb"); }

float weight_of(const Avatar& avatar, const Moment& moment, size_t channel) {
  for (const Wire& wire : avatar.rig().wires) {
    if (wire.channel == channel) return moment.weights[wire.target];
  }
  ADD_FAILURE() << channel_name(channel);
  return -1;
}

Moment moment(const Avatar& avatar, const Pose& pose) {
  arkit::Cut cut;
  return avatar.moment(pose.frame, arkit::Gain::kNone, cut);
}

// The mean of some vertices.
std::array<double, 3> mean(std::span<const float> places, const std::vector<uint32_t>& of) {
  std::array<double, 3> sum{};
  for (const uint32_t v : of) {
    for (size_t k = 0; k < 3; ++k)
      sum[k] += double{places[3 * size_t{v} + k]} / static_cast<double>(of.size());
  }
  return sum;
}

TEST(Avatars, EachIsMovedByTheBestThatItHas) {
  const std::vector<std::pair<Made, MouthBy>> kinds{{Made::kReadyPlayerMe, MouthBy::kArkit},
                                                    {Made::kVrm0, MouthBy::kVowels},
                                                    {Made::kVrm1, MouthBy::kVowels},
                                                    {Made::kVisemes, MouthBy::kVisemes},
                                                    {Made::kJawBone, MouthBy::kJaw}};
  for (const auto& [kind, by] : kinds) {
    const Avatar avatar = made(kind);
    EXPECT_EQ(avatar.rig().mouth, by);
    // It faces +z, and its mouth opens downwards by as much as a mouth does.
    const auto& lips = avatar.face().regions.lips;
    Pose open(0.2f);
    const auto rest = avatar.face().rest.values();
    const std::vector<float> opened = posed(avatar, open.frame);
    double lowest = 0;
    for (size_t i = 0; i < opened.size(); i += 3) {
      lowest = std::min(lowest, double{opened[i + 1] - rest[static_cast<int64_t>(i + 1)]});
    }
    EXPECT_LT(lowest, -0.006) << text_of(by);
    EXPECT_GT(lowest, -0.05) << text_of(by);
    if (by != MouthBy::kJaw) {
      EXPECT_GT(mean(rest, lips)[2], 0.05) << text_of(by);
    }
    EXPECT_EQ(posed(avatar, {}), std::vector<float>(rest.begin(), rest.end()));
  }
}

TEST(Avatars, ReadyPlayerMeMovesAsTheBuiltInHead) {
  const Avatar avatar = made(Made::kReadyPlayerMe);
  EXPECT_EQ(avatar.rig().found.arkit.size(), arkit::kShapes);
  EXPECT_THAT(avatar.rig().found.missing, testing::IsEmpty());
  EXPECT_THAT(avatar.rig().found.unknown, testing::IsEmpty());
  Pose pose;
  pose["mouthSmileLeft"] = 0.7f;
  pose["browInnerUp"] = 0.5f;
  pose["eyeBlinkRight"] = 1;
  const std::vector<float> got = posed(avatar, pose.frame);
  const face::Face& head = face::builtin_face();
  std::vector<float> want(static_cast<size_t>(head.rest.size()));
  face::Deformer(head).vertices(pose.frame, want);
  // Each vertex of the avatar is one of the head's, 1.6 m higher.
  constexpr float kNear = 1e-6f;
  std::multimap<float, size_t> by_x;
  for (size_t v = 0; v < want.size(); v += 3) by_x.emplace(head.rest.data()[v], v);
  const auto rest = avatar.face().rest.values();
  double most = 0;
  for (size_t i = 0; i < got.size(); i += 3) {
    double least = INFINITY;
    const auto last = by_x.upper_bound(rest[i] + kNear);
    for (auto at = by_x.lower_bound(rest[i] - kNear); at != last; ++at) {
      double at_rest = 0, now = 0;
      for (size_t k = 0; k < 3; ++k) {
        const float up = k == 1 ? 1.6f : 0.0f;
        const size_t place = at->second + k;
        at_rest = std::max(at_rest, std::abs(double{rest[i + k] - up - head.rest.data()[place]}));
        now = std::hypot(now, double{got[i + k] - up - want[place]});
      }
      if (at_rest < double{kNear}) least = std::min(least, now);
    }
    most = std::max(most, least);
  }
  EXPECT_LT(most, 5e-6);
}

TEST(Avatars, VowelsAndBlinksAreThePresets) {
  for (const Made kind : {Made::kVrm0, Made::kVrm1}) {
    const Avatar avatar = made(kind);
    Pose pose(0.15f);
    pose["mouthFunnel"] = 0.4f;
    pose["eyeBlinkLeft"] = 0.8f;
    pose["mouthSmileLeft"] = pose["mouthSmileRight"] = 0.35f;
    arkit::Cut cut;
    const arkit::Presets presets =
        arkit::presets_of(arkit::scored(pose.frame, arkit::Gain::kNone, cut).scores);
    const Moment now = moment(avatar, pose);
    for (size_t i = 0; i < kVowels; ++i) {
      EXPECT_FLOAT_EQ(weight_of(avatar, now, kFirstVowel + i), presets[i]);
    }
    EXPECT_FLOAT_EQ(weight_of(avatar, now, shape("eyeBlinkLeft")), 0.8f);
    EXPECT_FLOAT_EQ(weight_of(avatar, now, shape("eyeBlinkRight")), 0.0f);
    EXPECT_FLOAT_EQ(weight_of(avatar, now, kFirstMood), 0.5f);
  }
}

// Avatars with ARKit's shapes beside those of VRM close their lids once.
TEST(Avatars, LidsCloseByOneOfTwoLists) {
  for (const Made kind : {Made::kVrm0, Made::kVrm1}) {
    for (const bool expressions : {true, false}) {
      gltf::Glb glb = made_glb({.kind = kind, .sync = true});
      if (!expressions) glb.json.erase("extensions");
      const Avatar avatar(glb.bytes(), "sync.vrm");
      EXPECT_EQ(avatar.rig().mouth, MouthBy::kArkit);
      Pose pose;
      pose["eyeBlinkLeft"] = 0.8f;
      const Moment now = moment(avatar, pose);
      size_t own = 0;
      for (size_t i = 0; i < now.weights.size(); ++i) {
        const auto& [mesh, place] = avatar.rig().targets[i];
        const std::string& name = avatar.targets()[mesh].names[place];
        EXPECT_FLOAT_EQ(now.weights[i], name == "eyeBlinkLeft" ? 0.8f : 0.0f) << name;
        own += name == "eyeBlinkLeft" ? 1 : 0;
      }
      EXPECT_GT(own, 0u);
    }
  }
}

TEST(Avatars, HeadsTurnByNeckAndHead) {
  for (const Made kind : {Made::kReadyPlayerMe, Made::kVrm0, Made::kVrm1}) {
    const Avatar avatar = made(kind);
    face::FaceFrame frame;
    frame.neck = {0.1f, 0.4f, -0.05f};
    const std::vector<float> turned = posed(avatar, frame);
    const auto rest = avatar.face().rest.values();
    // As a whole about the neck, where the made avatars have both bones.
    const auto joint = face::Deformer(face::builtin_face()).joints({})[flame::kNeck];
    const face::Matrix3 r = face::rotation(frame.neck);
    double most = 0;
    for (size_t i = 0; i < turned.size(); i += 3) {
      double away = 0;
      for (size_t k = 0; k < 3; ++k) {
        double place = joint[k] + (k == 1 ? 1.6 : 0);
        for (size_t j = 0; j < 3; ++j) {
          place += r[3 * k + j] *
                   (double{rest[static_cast<int64_t>(i + j)]} - joint[j] - (j == 1 ? 1.6 : 0));
        }
        away = std::hypot(away, place - double{turned[i + k]});
      }
      most = std::max(most, away);
    }
    EXPECT_LT(most, 2e-6);
  }
}

// How far the vertices of the left eye turn towards the face's left, degrees.
double left_eye_turn(const Avatar& avatar, const face::FaceFrame& frame) {
  const auto rest = avatar.face().rest.values();
  const std::vector<float> now = posed(avatar, frame);
  double sum = 0, all = 0;
  const auto& material = avatar.face().appearance.material;
  std::vector<uint32_t> eye;
  for (uint32_t v = 0; v < material.size(); ++v) {
    if (material[v] == face::Material::kEyeball && rest[3 * int64_t{v}] > 0) eye.push_back(v);
  }
  const auto centre = mean(rest, eye);
  for (const uint32_t v : eye) {
    const double x = double{rest[3 * int64_t{v}]} - centre[0],
                 z = double{rest[3 * int64_t{v} + 2]} - centre[2];
    const double u = double{now[3 * size_t{v}]} - centre[0],
                 w = double{now[3 * size_t{v} + 2]} - centre[2];
    sum += z * u - x * w;  // sine of the way from the one to the other
    all += z * w + x * u;
  }
  return std::atan2(sum, all) * 57.29578;
}

TEST(Avatars, EyesTurnByBonesInTheirRanges) {
  Pose pose;
  pose["eyeLookOutLeft"] = 1;
  pose["eyeLookInRight"] = 1;
  // 0.5 rad are 28.6 degrees: of 90 to 10, and of 60 to 20.
  EXPECT_NEAR(left_eye_turn(made(Made::kVrm0), pose.frame), 28.65 / 9, 0.4);
  EXPECT_NEAR(left_eye_turn(made(Made::kVrm1), pose.frame), 28.65 / 3, 0.6);
  // Without shapes and without VRM as far as they look.
  EXPECT_NEAR(left_eye_turn(made(Made::kJawBone), pose.frame), 28.65, 2);
}

TEST(Avatars, EyesLookByExpressionsInTheirRanges) {
  Pose pose;
  pose["eyeLookOutLeft"] = 1;
  pose["eyeLookInRight"] = 1;
  pose["eyeLookDownLeft"] = 0.5f;
  pose["eyeLookDownRight"] = 0.5f;
  // 0.5 rad to the left, of 90 degrees to 1 and of 60 to 0.8; 0.225 rad downwards.
  for (const auto& [kind, scale] : {std::pair{Made::kVrm0, 1 / 90.0}, {Made::kVrm1, 0.8 / 60}}) {
    const Avatar avatar(made_avatar({.kind = kind, .looks = true}), "looks.vrm");
    const Moment now = moment(avatar, pose);
    const auto weight = [&](std::string_view name) {
      size_t i = 0;
      while (kTogether[i].name != name) ++i;
      return double{weight_of(avatar, now, kFirstTogether + i)};
    };
    EXPECT_NEAR(weight("lookLeft"), scale * 28.65, 0.01);
    EXPECT_EQ(weight("lookRight"), 0);
    EXPECT_NEAR(weight("lookDown"), scale * 12.9, 0.01);
    EXPECT_EQ(weight("lookUp"), 0);
  }
}

TEST(Avatars, OtherUnitsAreBroughtToMetres) {
  const Avatar large(made_avatar({.kind = Made::kVisemes, .scale = 100}), "large.glb");
  const Avatar usual = made(Made::kVisemes);
  const auto height = [](const Avatar& avatar) {
    const auto& [lips, upper, eyes] = avatar.face().regions;
    return mean(avatar.face().rest.values(), eyes)[1] - mean(avatar.face().rest.values(), lips)[1];
  };
  EXPECT_NEAR(height(large), 0.07, 0.001);
  EXPECT_GT(height(usual), 0.05);
}

// Where a reader that knows no names has the vertices in the last key of a file's animation.
std::vector<float> last_key(const std::string& bytes, bool faces_back) {
  const gltf::GlbChunks file = gltf::chunks_of(bytes, "animated.glb");
  const gltf::Document document(bytes, "animated.glb");
  Json json = file.json;
  const Json& animation = file.json["animations"][0];
  for (const Json& channel : animation["channels"]) {
    const Json& sampler = animation["samplers"][channel["sampler"].get<size_t>()];
    const size_t keys = document.rows(sampler["input"]), rows = document.rows(sampler["output"]);
    const auto values = document.floats(sampler["output"], "14", rows);
    const std::vector<float> last(values.end() - static_cast<std::ptrdiff_t>(values.size() / keys),
                                  values.end());
    Json& node = json["nodes"][channel["target"]["node"].get<size_t>()];
    if (channel["target"]["path"] == "rotation") {
      node["rotation"] = last;
    } else {
      json["meshes"][node["mesh"].get<size_t>()]["weights"] = last;
    }
  }
  const gltf::Document still(gltf::Glb(json, file.buffer).bytes(), "still.glb");
  const gltf::Nodes nodes = gltf::nodes_of(still);
  const Surface surface = surface_of(still, nodes, {}, mesh_targets(still), {});
  gltf::Matrix4 world = gltf::kIdentity;
  if (faces_back) world[0] = world[10] = -1;
  std::vector<float> places(3 * surface.vertices());
  pose(surface, {}, nodes.placed_in(world), places);
  return places;
}

TEST(Avatars, AnimatedFilesMoveAsTheAvatarDoes) {
  motion::Motion motion;
  motion.expression = {tensor::Tensor::zeros({5, motion::kLiveExpression}), 0,
                       motion::kLiveExpression};
  motion.neck = {tensor::Tensor::zeros({5, 3}), 0, 3};
  motion.jaw = {tensor::Tensor::zeros({5, 3}), 0, 3};
  for (int64_t t = 0; t < 5; ++t) {
    motion.jaw.table[3 * t] = 0.05f * static_cast<float>(t);
    motion.neck.table[3 * t + 1] = 0.1f * static_cast<float>(t);
    motion.expression
        .table[t * motion::kLiveExpression + static_cast<int64_t>(face::axis("eyeLookOutLeft"))] =
        0.5f;
  }
  for (const Made kind :
       {Made::kReadyPlayerMe, Made::kVrm0, Made::kVrm1, Made::kVisemes, Made::kJawBone}) {
    const Avatar avatar = made(kind);
    arkit::Cut cut;
    const std::string bytes = animated(avatar, motion, arkit::Gain::kNone, cut);
    const std::vector<float> want = last_key(bytes, kind == Made::kVrm0);
    const std::vector<float> got = posed(avatar, face::frame_of(motion, 4));
    ASSERT_EQ(got.size(), want.size());
    double most = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      most = std::max(most, std::abs(double{got[i]} - double{want[i]}));
    }
    EXPECT_LT(most, 3e-6) << text_of(avatar.rig().mouth);
  }
}

TEST(Avatars, PicturesAreDecodedWhereTheyAreSeen) {
  const tests::ScratchFolder folder;
  save_file(folder / "made.glb", made_avatar({}));
  const Avatar& avatar = load_avatar(folder / "made.glb");
  const face::Paint& paint = *avatar.face().appearance.paint;
  ASSERT_EQ(paint.textures.size(), 1u);
  EXPECT_EQ(paint.textures[0].width, 64);
  EXPECT_EQ(paint.textures[0].wrap_y, face::Wrap::kClamp);
  EXPECT_EQ(paint.textures[0].rgba[0], 0xe0);
  EXPECT_EQ(&load_avatar(folder / "made.glb"), &avatar);
}

// As Blender 3.4 and three.js r187 have it: a picture's places turn against the clock as it is
// seen, after they are scaled and before they are moved.
TEST(Avatars, PicturesAreTurnedAsOthersTurnThem) {
  gltf::Glb glb = made_glb({});
  const Avatar straight(glb.bytes(), "x.glb");
  glb.json["extensionsUsed"] = {"KHR_texture_transform"};
  glb.json["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["extensions"] = {
      {"KHR_texture_transform",
       {{"rotation", 0.5}, {"offset", {0.1, 0.2}}, {"scale", {2.0, 3.0}}}}};
  const Avatar turned(glb.bytes(), "x.glb");
  const face::Paint& from = *straight.face().appearance.paint;
  const face::Paint& to = *turned.face().appearance.paint;
  ASSERT_EQ(from.uv.size(), to.uv.size());
  size_t seen = 0;
  for (size_t v = 0; v < from.uv.size(); ++v) {
    if (from.surfaces[from.surface[v]].texture < 0) continue;
    ++seen;
    const auto [x, y] = from.uv[v];
    EXPECT_NEAR(to.uv[v][0], 0.1 + std::cos(0.5) * 2 * x + std::sin(0.5) * 3 * y, 1e-5);
    EXPECT_NEAR(to.uv[v][1], 0.2 - std::sin(0.5) * 2 * x + std::cos(0.5) * 3 * y, 1e-5);
  }
  EXPECT_GT(seen, 1000u);
}

std::string refused(const std::function<void(Json&)>& change,
                    const MadeOptions& options = {.kind = Made::kVisemes}) {
  gltf::Glb glb = made_glb(options);
  change(glb.json);
  return refusal([&] { Avatar(glb.bytes(), "x.glb"); });
}

TEST(Avatars, WhatCannotBeShownIsRefusedWithARemedy) {
  EXPECT_THAT(
      refused([](Json& json) { json["extensionsRequired"] = {"KHR_draco_mesh_compression"}; }),
      testing::AllOf(HasSubstr("x.glb: its meshes are compressed"), HasSubstr("Blender")));
  EXPECT_THAT(refused([](Json& json) { json["extensionsRequired"] = {"EXT_meshopt_compression"}; }),
              HasSubstr("compressed (EXT_meshopt_compression)"));
  EXPECT_THAT(refused([](Json& json) { json["extensionsRequired"] = {"KHR_texture_basisu"}; }),
              HasSubstr("PNG, JPEG or WebP"));
  EXPECT_THAT(refused([](Json& json) { json["extensionsRequired"] = {"ACME_new"}; }),
              HasSubstr("ACME_new"));
  EXPECT_THAT(refused([](Json& json) {
                for (Json& mesh : json["meshes"]) mesh.erase("extras");
              }),
              testing::AllOf(HasSubstr("nothing moves its mouth"), HasSubstr("flowtalk inspect")));
  EXPECT_THAT(refused([](Json& json) { json["nodes"][0]["children"].push_back(0); }),
              HasSubstr("hang on themselves"));
  EXPECT_THAT(refused([](Json& json) { json["nodes"][2]["children"].push_back(1); }),
              HasSubstr("two parents"));
  EXPECT_THAT(refused([](Json& json) { json["meshes"][0]["primitives"][0]["mode"] = 5; }),
              HasSubstr("with triangles"));
  EXPECT_THAT(refused([](Json& json) { json["skins"][0]["joints"] = {0}; }),
              HasSubstr("hangs on a joint"));
  EXPECT_THAT(refused([](Json& json) { json["skins"] = 5; }), HasSubstr("skins: expected a list"));
  EXPECT_THAT(refused([](Json& json) { json["asset"]["version"] = "1.0"; }),
              HasSubstr("expected 2.0"));
  EXPECT_THAT(refused([](Json& json) {
                json["images"][0] = {{"uri", "skin.png"}};
                json["nodes"][0]["translation"] = {1, 2};
              }),
              HasSubstr("expected 3 numbers, got 2"));
  EXPECT_THAT(refusal([] { Avatar("{\"asset\": {}}", "x.gltf"); }), HasSubstr("is glTF in text"));
  EXPECT_THAT(refusal([] { Avatar("Kaydara FBX Binary  ", "x.glb"); }),
              HasSubstr("is an FBX file"));
}

TEST(Avatars, PicturesBesideTheFileAreRefused) {
  gltf::Glb glb = made_glb({});
  glb.json["images"][0] = {{"uri", "skin.png"}};
  const Avatar avatar(glb.bytes(), "x.glb");
  EXPECT_THAT(refusal([&] { avatar.picture(0); }), HasSubstr("images 0: lies in another file"));
  glb.json["images"][0] = {{"uri", "data:image/png;base64,aGVsbG8="}};
  EXPECT_EQ(Avatar(glb.bytes(), "x.glb").picture(0), "hello");
}

TEST(Avatars, NamesThatSayNothingAreListed) {
  const Avatar avatar(made_avatar({.kind = Made::kVisemes, .prefix = "Head."}), "x.glb");
  EXPECT_EQ(avatar.rig().found.visemes.size(), arkit::kVisemeNames.size());
  EXPECT_THAT(avatar.rig().found.arkit, UnorderedElementsAre("eyeBlinkLeft", "eyeBlinkRight"));
  EXPECT_EQ(avatar.rig().found.missing.size(), arkit::kShapes - 2);
  gltf::Glb glb = made_glb({.kind = Made::kVisemes});
  for (Json& mesh : glb.json["meshes"]) mesh["extras"]["targetNames"][0] = "Grimace";
  const Avatar other(glb.bytes(), "x.glb");
  EXPECT_THAT(other.rig().found.unknown, UnorderedElementsAre("Grimace"));
}

}  // namespace
}  // namespace flowtalk::avatar
