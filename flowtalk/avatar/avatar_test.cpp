#include "flowtalk/avatar/avatar.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/avatar/animation.h"
#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/head_angles.h"
#include "flowtalk/gltf/test_packed.h"

namespace flowtalk::avatar {
namespace {

using arkit::shape;

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

// A mouth that opens while the head turns and one eye looks aside.
motion::Motion moved_head(int64_t frames) {
  motion::Motion motion;
  motion.expression = {tensor::Tensor::zeros({frames, motion::kLiveExpression}), 0,
                       motion::kLiveExpression};
  motion.neck = {tensor::Tensor::zeros({frames, 3}), 0, 3};
  motion.jaw = {tensor::Tensor::zeros({frames, 3}), 0, 3};
  for (int64_t t = 0; t < frames; ++t) {
    motion.jaw.table[3 * t] = 0.05f * static_cast<float>(t);
    motion.neck.table[3 * t + 1] = 0.1f * static_cast<float>(t);
    motion.expression
        .table[t * motion::kLiveExpression + static_cast<int64_t>(face::axis("eyeLookOutLeft"))] =
        0.5f;
  }
  return motion;
}

double farthest(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double most = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
  }
  return most;
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
    pose["mouthSmileLeft"] = pose["mouthSmileRight"] = 0.385f;
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

TEST(Avatars, MoodsThatStopTheMouthAreLeftAtRest) {
  for (const char* how : {"none", "block", "blend"}) {
    gltf::Glb glb = made_glb({.kind = Made::kVrm1});
    Json& presets = glb.json["extensions"]["VRMC_vrm"]["expressions"]["preset"];
    presets["happy"]["overrideMouth"] = how;
    presets["aa"]["overrideMouth"] = how;  // says nothing of a vowel
    for (Json& mesh : glb.json["meshes"]) mesh["extras"]["targetNames"][5] = "Fcl_ALL_Joy";
    const Avatar avatar(glb.bytes(), "x.vrm");
    const auto drives = [&](size_t channel) {
      return std::ranges::any_of(avatar.rig().wires,
                                 [&](const Wire& wire) { return wire.channel == channel; });
    };
    const bool free = std::string(how) != "block";
    EXPECT_EQ(drives(kFirstMood), free) << how;
    EXPECT_TRUE(drives(kFirstVowel)) << how;
    EXPECT_EQ(avatar.rig().found.left,
              free ? std::vector<std::string>{} : std::vector<std::string>{"happy"});
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

// Files of programs whose z is up, and heads that look to the side or back, are shown as others
// are.
TEST(Avatars, HeadsThatLookElsewhereAreTurned) {
  const Avatar plain = made(Made::kReadyPlayerMe);
  Pose pose(0.15f);
  pose["mouthSmileLeft"] = 0.8f;
  pose.frame.neck = {0.1f, 0.3f, 0};
  const auto want = posed(plain, pose.frame);
  const double half = std::sqrt(0.5);
  for (const std::array<double, 4>& turn :
       {std::array{half, 0.0, 0.0, half}, std::array{0.0, half, 0.0, half},
        std::array{0.0, 1.0, 0.0, 0.0}, std::array{0.0, 0.0, half, half}}) {
    gltf::Glb glb = made_glb({});
    Json& roots = glb.json["scenes"][0]["nodes"];
    const size_t all = glb.add("nodes", {{"children", roots}, {"rotation", turn}});
    roots = Json::array({all});
    const Avatar turned(glb.bytes(), "turned.glb");
    EXPECT_LT(farthest(posed(turned, pose.frame), want), 1e-5);
    arkit::Cut cut;
    const std::string bytes = animated(turned, moved_head(2), arkit::Gain::kNone, cut);
    EXPECT_LT(farthest(posed(Avatar(bytes, "moved.glb"), pose.frame), want), 1e-5);
  }
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
  const motion::Motion motion = moved_head(5);
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

TEST(Avatars, PackedOnesAreAsTheyWereBefore) {
  for (const Made kind : {Made::kReadyPlayerMe, Made::kVrm1, Made::kVisemes, Made::kJawBone}) {
    const std::string plain = made_avatar({.kind = kind});
    const Avatar before(plain, "plain.glb");
    Pose pose(0.15f);
    pose["mouthPucker"] = 0.4f;
    pose.frame.neck = {0.1f, 0.2f, 0};
    for (const std::string& packed : {gltf::meshopt_packed(plain), gltf::draco_packed(plain)}) {
      const Avatar avatar(packed, "packed.glb");
      EXPECT_EQ(avatar.face().triangles.size(), before.face().triangles.size());
      auto moved = posed(avatar, pose.frame), want = posed(before, pose.frame);
      // Triangles may begin at another corner, by which vertices are numbered.
      std::ranges::sort(moved);
      std::ranges::sort(want);
      EXPECT_EQ(moved, want);
      // Written back, what was packed stays so.
      arkit::Cut cut;
      const std::string written = animated(avatar, moved_head(2), arkit::Gain::kNone, cut);
      EXPECT_LT(written.size(), packed.size() + 100'000);
      EXPECT_EQ(posed(Avatar(written, "written.glb"), pose.frame), posed(avatar, pose.frame));
    }
  }
}

// Heads that nothing but an opening mouth moves, as Ready Player Me's without more morph targets,
// and such as a jaw's bone or a head's bone alone moves, are shown as portraits, too.
TEST(Avatars, PortraitsOfHeadsWithoutLids) {
  gltf::Glb plain = made_glb({});
  for (Json& mesh : plain.json["meshes"]) {
    for (Json& name : mesh["extras"]["targetNames"]) {
      name = name == "jawOpen" ? "mouthOpen" : name == "mouthSmileLeft" ? "mouthSmile" : "Grimace";
    }
  }
  const std::vector<float> foot{0, -1.6f, 0, 0.1f, -1.6f, 0, 0, -1.5f, 0};
  const size_t places = plain.floats(foot, 3, gltf::Glb::Use::kVertices, true);
  plain.add("meshes", {{"primitives", {{{"attributes", {{"POSITION", places}}}}}}});
  plain.add("nodes", {{"mesh", plain.json["meshes"].size() - 1}});
  plain.json["scenes"][0]["nodes"].push_back(plain.json["nodes"].size() - 1);
  const Avatar opening(plain.bytes(), "opening.glb");
  EXPECT_EQ(opening.face().vertex_count() + 3, static_cast<int64_t>(opening.whole_vertices()));
  EXPECT_EQ(opening.rig().found.others, (std::vector<std::string>{"mouthOpen", "mouthSmile"}));
  for (const Avatar& avatar : {opening, made(Made::kJawBone)}) {
    const auto rest = avatar.face().rest.values();
    const auto& [lips, upper, eyes] = avatar.face().regions;
    ASSERT_FALSE(lips.empty() || eyes.empty());
    const double between = mean(rest, eyes)[1] - mean(rest, lips)[1];
    EXPECT_GT(between, 0.04);
    EXPECT_LT(between, 0.12);
  }
  // Its lips close, though nothing but the mouth's opening could do it.
  Pose closed(0.1f);
  closed["mouthClose"] = 1;
  const Moment open = moment(opening, Pose(0.1f)), shut = moment(opening, closed);
  EXPECT_GT(weight_of(opening, open, kMouthOpen), 0.2f);
  EXPECT_LT(weight_of(opening, shut, kMouthOpen), 0.5f * weight_of(opening, open, kMouthOpen));
}

}  // namespace
}  // namespace flowtalk::avatar
