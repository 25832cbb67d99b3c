// flowtalk export glb: the file is a valid one, and what it shows is the motion.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/obj.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/glb_scene.h"
#include "tests/said_motion.h"

namespace flowtalk::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Exit code and words of a command of the shell.
std::pair<int, std::string> told(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, "no shell"};
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  return {WEXITSTATUS(pclose(pipe)), said};
}

class CliGlb : public SaidMotion {
 protected:
  void exported(std::vector<std::string> more) const {
    more.insert(more.begin(), {"export", "glb"});
    more.insert(more.end(), {"-o", "said.glb"});
    const Outcome outcome = run(more);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  // The largest distance between vertices of the file and those of the head, over keys, mm; and
  // that of the lips' gap.
  struct Apart {
    double vertex_mm = 0, gap_mm = 0;
  };
  Apart apart(const face::Face& face) const {
    const Scene scene(file("said.glb"));
    const std::map<std::string, face::Material> parts{
        {"Head", face::Material::kSkin},     {"Lips", face::Material::kLips},
        {"Eyes", face::Material::kEyeball},  {"Teeth", face::Material::kTeeth},
        {"Tongue", face::Material::kTongue}, {"Lashes", face::Material::kLash},
        {"Hair", face::Material::kHair},     {"Shirt", face::Material::kCloth}};
    const face::Deformer deformer(face);
    std::vector<float> want(static_cast<size_t>(face.rest.size()));
    std::vector<float> got(want.size()), at_rest(want.size());
    deformer.vertices({}, at_rest);
    Apart most;
    for (int64_t t = 0; t < motion_.frames(); t += 7) {
      deformer.vertices(face::frame_of(motion_, t), want);
      got = want;
      for (const auto& [name, material] : parts) {
        const Json* node = scene.mesh_node(name);
        if (node == nullptr) ADD_FAILURE() << name;
        const auto points = scene.posed(name, static_cast<size_t>(t));
        // Which vertex of the file each of the head's is: one at its place at rest.
        std::multimap<std::array<double, 3>, size_t> places;
        const auto rest = scene.values(scene.json()["meshes"][(*node)["mesh"].get<size_t>()]
                                                   ["primitives"][0]["attributes"]["POSITION"]);
        for (size_t i = 0; i < rest.size() / 3; ++i) {
          places.emplace(std::array{rest[3 * i], rest[3 * i + 1], rest[3 * i + 2]}, i);
        }
        for (const auto& triangle : face.triangles) {
          if (face.appearance.material[triangle[0]] != material) continue;
          for (const uint32_t v : triangle) {
            const float* at = at_rest.data() + 3 * v;
            const auto [first, last] =
                places.equal_range({double{at[0]}, double{at[1]}, double{at[2]}});
            EXPECT_NE(first, last) << name;
            double least = INFINITY;
            for (auto same = first; same != last; ++same) {
              const Point& p = points[same->second];
              double away = 0;
              for (size_t k = 0; k < 3; ++k)
                away = std::hypot(away, p[k] - double{want[3 * v + k]});
              if (away > least) continue;
              least = away;
              for (size_t k = 0; k < 3; ++k) got[3 * v + k] = static_cast<float>(p[k]);
            }
            most.vertex_mm = std::max(most.vertex_mm, 1e3 * least);
          }
        }
      }
      const double gap = face::lip_gap(face, got) - face::lip_gap(face, want);
      most.gap_mm = std::max(most.gap_mm, 1e3 * std::abs(gap));
    }
    RecordProperty("vertex_mm", fmt::format("{}", most.vertex_mm));
    RecordProperty("gap_mm", fmt::format("{}", most.gap_mm));
    return most;
  }
};

TEST_F(CliGlb, TheSkinnedHeadIsTheHead) {
  exported({"said.npz", "--rig", "skin"});
  EXPECT_LT(apart(face::builtin_face()).vertex_mm, 0.01);
  exported({"said.npz", "--rig", "skin", "--person", "nora"});
  EXPECT_LT(apart(face::builtin_person("nora")).vertex_mm, 0.01);
}

TEST_F(CliGlb, AJawGoesToBothSidesByWeightsOfAtLeastZero) {
  tensor::Tensor axes = motion_.expression.table.clone();
  for (int64_t t = 0; t < motion_.frames(); ++t) {
    axes[t * axes.dim(1) + static_cast<int64_t>(face::axis("jawLeft"))] +=
        0.3f * std::sin(0.3f * static_cast<float>(t));
  }
  motion_.expression.table = axes;
  motion::save_motion(file("said.npz"), motion_);
  exported({"said.npz", "--rig", "skin"});
  EXPECT_LT(apart(face::builtin_face()).vertex_mm, 0.02);
  const Scene scene(file("said.glb"));
  const Json& node = *scene.mesh_node("Teeth");
  const auto names = scene.json()["meshes"][node["mesh"].get<size_t>()]["extras"]["targetNames"];
  double least = 0, left = 0, right = 0;
  for (int64_t t = 0; t < motion_.frames(); ++t) {
    const auto weights = scene.animated(static_cast<size_t>(&node - &scene.json()["nodes"][0]),
                                        "weights", static_cast<size_t>(t), names.size(), {});
    for (size_t k = 0; k < names.size(); ++k) {
      if (names[k] == "jawLeft")
        left = std::max(left, weights[k]), least = std::min(least, weights[k]);
      if (names[k] == "jawRight")
        right = std::max(right, weights[k]), least = std::min(least, weights[k]);
    }
  }
  EXPECT_EQ(least, 0);
  EXPECT_NEAR(left, 0.3, 0.05);
  EXPECT_NEAR(right, 0.3, 0.05);
}

TEST_F(CliGlb, MorphsAloneAreNearIt) {
  exported({"said.npz"});
  const Apart most = apart(face::builtin_face());
  EXPECT_LT(most.vertex_mm, 1.0);
  EXPECT_LT(most.gap_mm, 0.5);
}

TEST_F(CliGlb, WeightsAreTheScoresUnderArkitsNames) {
  exported({"said.npz", "--audio", "speech.wav"});
  EXPECT_EQ(load_file(file("said.wav")), load_file(file("speech.wav")));
  const Scene scene(file("said.glb"));
  const arkit::Take take = arkit::take_of(motion_, arkit::Gain::kNone);
  const Json& node = *scene.mesh_node("Head");
  const Json& names = scene.json()["meshes"][node["mesh"].get<size_t>()]["extras"]["targetNames"];
  ASSERT_EQ(names.size(), arkit::kShapes);
  for (size_t i = 0; i < arkit::kShapes; ++i) EXPECT_EQ(names[i], arkit::kNames[i]);
  const auto index = static_cast<size_t>(&node - &scene.json()["nodes"][0]);
  for (int64_t t = 0; t < motion_.frames(); t += 10) {
    const auto weights =
        scene.animated(index, "weights", static_cast<size_t>(t), arkit::kShapes, {});
    ASSERT_EQ(weights.size(), arkit::kShapes);
    for (size_t i = 0; i < arkit::kShapes; ++i) {
      EXPECT_EQ(static_cast<float>(weights[i]),
                take.scores[t * int64_t{arkit::kShapes} + static_cast<int64_t>(i)]);
    }
  }
  const Json& sampler = scene.json()["animations"][0]["samplers"][0];
  const auto times = scene.values(sampler["input"]);
  EXPECT_NEAR(times.back(), static_cast<double>(motion_.frames() - 1) / 25, 1e-6);
  // All meshes that move have the same targets.
  for (const Json& mesh : scene.json()["meshes"]) {
    EXPECT_EQ(mesh["primitives"].size(), 1u);
    if (mesh.contains("weights")) {
      EXPECT_EQ(mesh["extras"]["targetNames"], names);
    }
  }
}

TEST_F(CliGlb, TheFinerMeshOfTheBrowsHasNoCracks) {
  exported({"said.npz"});
  const Scene scene(file("said.glb"));
  const Json& node = *scene.mesh_node("Head");
  const auto corners =
      scene.values(scene.json()["meshes"][node["mesh"].get<size_t>()]["primitives"][0]["indices"]);
  const face::Face& face = face::builtin_face();
  const auto open_edges = [](const std::vector<double>& corners) {
    std::map<std::pair<double, double>, int> edges;
    for (size_t i = 0; i < corners.size(); i += 3) {
      for (size_t k = 0; k < 3; ++k) ++edges[std::minmax(corners[i + k], corners[i + (k + 1) % 3])];
    }
    return std::ranges::count_if(edges, [](const auto& edge) { return edge.second == 1; });
  };
  std::vector<double> own;
  for (const auto& t : face.triangles) {
    if (face.appearance.material[t[0]] != face::Material::kSkin) continue;
    own.insert(own.end(), t.begin(), t.end());
  }
  EXPECT_GT(corners.size(), own.size() + 3000);
  EXPECT_EQ(open_edges(corners), open_edges(own));
}

TEST_F(CliGlb, KhronosValidatorFindsNothing) {
  exported({"said.npz"});
  std::filesystem::rename(file("said.glb"), file("morphs.glb"));
  exported({"said.npz", "--rig", "skin", "--fps", "30"});
  std::filesystem::rename(file("said.glb"), file("skin.glb"));
  ASSERT_EQ(run({"export", "glb", "--person", "nora", "-o", "still.glb", "-q"}).code, 0);
  const std::string command = fmt::format("'{}/scripts/validate_gltf.sh' '{}' '{}' '{}' 2>&1",
                                          FLOWTALK_SOURCES, file("morphs.glb").string(),
                                          file("skin.glb").string(), file("still.glb").string());
  const auto [code, said] = told(command);
  if (code == 77) GTEST_SKIP() << said;
  EXPECT_EQ(code, 0) << said;
  EXPECT_THAT(said, HasSubstr("still.glb: 0 errors, 0 warnings"));
}

TEST_F(CliGlb, ThreeShowsWhatTheFileSays) {
  for (const std::string rig : {"morphs", "skin"}) {
    exported({"said.npz", "--rig", rig});
    const Scene scene(file("said.glb"));
    constexpr size_t kFrame = 30;
    const auto [code, said] =
        told(fmt::format("'{0}/scripts/validate_gltf.sh' pose '{1}' {2} 2>&1", FLOWTALK_SOURCES,
                         file("said.glb").string(), kFrame / 25.0));
    if (code == 77) GTEST_SKIP() << said;
    ASSERT_EQ(code, 0) << said;
    const Json meshes = parse_json(said, "three");
    for (const char* name : {"Head", "Eyes", "Teeth"}) {
      const Json& node = *scene.mesh_node(name);
      const Json& names =
          scene.json()["meshes"][node["mesh"].get<size_t>()]["extras"]["targetNames"];
      const auto weights = scene.animated(static_cast<size_t>(&node - &scene.json()["nodes"][0]),
                                          "weights", kFrame, names.size(), {});
      for (size_t k = 0; k < names.size(); ++k) {
        EXPECT_NEAR(meshes[name]["influences"][names[k].get<std::string>()].get<double>(),
                    weights[k], 1e-4)
            << names[k];
      }
      const auto points = scene.posed(name, kFrame);
      const Json& vertices = meshes[name]["vertices"];
      ASSERT_EQ(vertices.size(), 3 * points.size());
      for (size_t i = 0; i < vertices.size(); ++i) {
        ASSERT_NEAR(vertices[i].get<double>(), points[i / 3][i % 3], 1e-5) << name << ' ' << i / 3;
      }
    }
  }
}

// The numbers of the list that follows `name` in a text, whatever brackets stand between them.
std::vector<double> numbers_after(const std::string& text, const std::string& name) {
  const size_t at = text.find(name);
  EXPECT_NE(at, std::string::npos) << name;
  const size_t begin = text.find('[', at + name.size()) + 1;
  std::string list = text.substr(begin, text.find(']', begin) - begin);
  for (char& c : list) {
    if (c == '(' || c == ')' || c == ',') c = ' ';
  }
  std::istringstream stream(list);
  std::vector<double> numbers;
  for (double x = 0; stream >> x;) numbers.push_back(x);
  EXPECT_TRUE(stream.eof()) << list.substr(0, 80);
  return numbers;
}

TEST_F(CliGlb, UsdSaysTheSame) {
  ASSERT_EQ(run({"export", "usda", "said.npz", "-o", "said.usda", "-q"}).code, 0);
  exported({"said.npz"});
  const Scene scene(file("said.glb"));
  const std::string text = load_file(file("said.usda"));
  EXPECT_TRUE(text.starts_with("#usda 1.0\n"));
  EXPECT_EQ(std::ranges::count(text, '{'), std::ranges::count(text, '}'));
  EXPECT_THAT(text, HasSubstr(fmt::format("endTimeCode = {}\n", motion_.frames() - 1)));
  EXPECT_THAT(text, HasSubstr("timeCodesPerSecond = 25\n"));
  const std::string head = text.substr(text.find("def Mesh \"Head\""));
  EXPECT_LT(head.find("rel skel:skeleton = </Head/Skeleton>"), head.find("faceVertexCounts"));
  const Json& node = *scene.mesh_node("Head");
  const Json& primitive = scene.json()["meshes"][node["mesh"].get<size_t>()]["primitives"][0];
  const auto same = [](const std::vector<double>& got, const std::vector<double>& want,
                       double within) {
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], within) << i;
  };
  same(numbers_after(head, "point3f[] points ="), scene.values(primitive["attributes"]["POSITION"]),
       1e-6);
  same(numbers_after(head, "int[] faceVertexIndices ="), scene.values(primitive["indices"]), 0);
  constexpr size_t kFrame = 20;
  const std::string take = text.substr(text.find("blendShapeWeights.timeSamples"));
  same(numbers_after(take, fmt::format(" {}:", kFrame)),
       scene.animated(static_cast<size_t>(&node - &scene.json()["nodes"][0]), "weights", kFrame,
                      arkit::kShapes, {}),
       1e-5);
  const std::string jaw = head.substr(head.find("def BlendShape \"jawOpen\""));
  const auto offsets = numbers_after(jaw, "offsets ="),
             places = numbers_after(jaw, "pointIndices =");
  const auto want = scene.values(primitive["targets"][arkit::shape("jawOpen")]["POSITION"]);
  ASSERT_EQ(offsets.size(), 3 * places.size());
  for (size_t i = 0; i < offsets.size(); ++i) {
    ASSERT_NEAR(offsets[i], want.at(3 * static_cast<size_t>(places[i / 3]) + i % 3), 1e-6);
  }
}

TEST_F(CliGlb, AVertexCacheHoldsTheMeshes) {
  ASSERT_EQ(run({"export", "pc2", "said.npz", "-o", "said.pc2", "-q"}).code, 0);
  ASSERT_EQ(run({"export", "vertices", "said.npz", "-o", "said.npy", "-q"}).code, 0);
  const tensor::Tensor meshes = formats::load_npy(file("said.npy"));
  const std::string cache = load_file(file("said.pc2"));
  ASSERT_EQ(cache.size(), 32 + static_cast<size_t>(meshes.size()) * sizeof(float));
  EXPECT_EQ(cache.substr(0, 12), std::string("POINTCACHE2\0", 12));
  std::array<int32_t, 5> words{};
  std::memcpy(words.data(), cache.data() + 12, sizeof words);
  EXPECT_THAT(words, ElementsAre(1, meshes.dim(1), 0, 0x3f800000, meshes.dim(0)));
  EXPECT_EQ(std::memcmp(cache.data() + 32, meshes.data(), cache.size() - 32), 0);
  const auto mesh = formats::load_obj(file("said.obj"));
  EXPECT_EQ(mesh.vertices.shape[0], meshes.dim(1));
}

TEST_F(CliGlb, PredictWritesThemByTheirEndings) {
  const Outcome outcome = run({"predict", "speech.wav", "--emotion", "happy", "-o", "direct.glb"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  exported({"said.npz"});
  EXPECT_EQ(load_file(file("direct.glb")), load_file(file("said.glb")));
  for (const std::string ending : {"csv", "json", "vrma"}) {
    ASSERT_EQ(
        run({"predict", "speech.wav", "--emotion", "happy", "-o", "direct." + ending, "-q"}).code,
        0);
    const std::string format = ending == "csv" ? "arkit" : ending == "json" ? "a2f" : ending;
    ASSERT_EQ(run({"export", format, "said.npz", "-o", "said." + ending, "-q"}).code, 0);
    EXPECT_EQ(load_file(file("direct." + ending)), load_file(file("said." + ending))) << ending;
  }
  const Outcome rows = run({"predict", "speech.wav", "--emotion", "happy", "-o", "direct.csv"});
  const std::string csv = load_file(file("direct.csv"));
  EXPECT_THAT(rows.out,  // of what is written, not of the model
              HasSubstr(fmt::format("direct.csv: {} frames", std::ranges::count(csv, '\n') - 1)));
  EXPECT_TRUE(failed_with(run({"predict", "speech.wav", "-o", "direct.fbx"}), 2,
                          {".csv, .json, .glb, .usda or .vrma"}));
}

TEST_F(CliGlb, TalkWritesThemToo) {
  const std::vector<std::string> talk{"talk", "speech.wav", "--emotion", "happy", "-o"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), talk.begin(), talk.end());
    return run(more);
  };
  const Outcome outcome = with({"take.glb"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("sound in take.wav"));
  ASSERT_EQ(run({"predict", "speech.wav", "--emotion", "happy", "-o", "direct.glb"}).code, 0);
  EXPECT_EQ(load_file(file("take.glb")), load_file(file("direct.glb")));
  EXPECT_EQ(load_file(file("take.wav")), load_file(file("speech.wav")));
  ASSERT_EQ(with({"new/take.json", "--fps", "30"}).code, 0);
  EXPECT_THAT(load_file(file("new/take.json")), HasSubstr("take.wav"));
  EXPECT_TRUE(failed_with(with({"two.csv", "--emotion", "sad"}), 2, {"one face", "--emotion"}));
  EXPECT_TRUE(failed_with(with({"two.csv", "--size", "256"}), 2, {"--size", "is of films"}));
  EXPECT_TRUE(failed_with(with({"two.csv", "--crf", "20"}), 2, {"--crf", "is of films"}));
  EXPECT_TRUE(failed_with(with({"two.csv", "take.wav"}), 2, {"is of one voice, and there are 2"}));
  EXPECT_TRUE(failed_with(with({"two.csv", "--face", "direct.glb"}), 2, {"of avatars"}));
  EXPECT_FALSE(std::filesystem::exists(file("two.csv")));
}

TEST_F(CliGlb, WhatIsNoRigIsRefused) {
  motion::Motion flame = motion_;
  flame.axes = motion::Axes::kFlame;
  motion::save_motion(file("flame.npz"), flame);
  const Outcome outcome = run({"export", "glb", "flame.npz", "-o", "new.glb", "-q"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("a rig is made of the built-in head"));
  EXPECT_FALSE(std::filesystem::exists(file("new.glb")));
  EXPECT_TRUE(failed_with(
      run({"export", "glb", "said.npz", "--rig", "skin", "--gain", "arkit", "-o", "new.glb"}), 2,
      {"--gain", "--rig skin"}));
  EXPECT_TRUE(failed_with(run({"export", "glb", "said.npz", "--rig", "bones", "-o", "new.glb"}), 2,
                          {"--rig", "morphs or skin"}));
}

}  // namespace
}  // namespace flowtalk::tests
