// --face avatar.glb and avatar.vrm: shown, written back, inspected, refused.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/face.h"
#include "flowtalk/gltf/test_packed.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;

class CliAvatar : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    ASSERT_EQ(run({"predict", "voice.wav", "--emotion", "happy", "-o", "said.npz", "-q"}).code, 0);
    motion_ = motion::open_motion(file("said.npz"), {}).motion;
  }
  void write_avatar(const std::string& name, const avatar::MadeOptions& options) const {
    save_file(file(name), avatar::made_avatar(options));
  }
  // The largest distance between a vertex of the avatar and the nearest of the head's that rest at
  // its place, over frames, mm.
  double apart_mm(const avatar::Avatar& avatar) const {
    const face::Face& head = face::builtin_face();
    const auto rest = avatar.face().rest.values();
    std::multimap<std::array<float, 3>, size_t> places;
    for (size_t v = 0; v < static_cast<size_t>(head.vertex_count()); ++v) {
      const float* p = head.rest.data() + 3 * v;
      places.emplace(std::array{p[0], p[1], p[2]}, 3 * v);
    }
    std::vector<float> got(rest.size()), want(static_cast<size_t>(head.rest.size()));
    const face::Deformer deformer(head);
    double most = 0;
    size_t compared = 0;
    for (int64_t t = 0; t < motion_.frames(); t += 3) {
      const face::FaceFrame frame = face::frame_of(motion_, t);
      avatar.vertices(frame, got);
      deformer.vertices(frame, want);
      for (size_t i = 0; i < got.size(); i += 3) {
        const auto [first, last] = places.equal_range({rest[i], rest[i + 1], rest[i + 2]});
        double least = INFINITY;
        for (auto at = first; at != last; ++at) {
          double away = 0;
          for (size_t k = 0; k < 3; ++k) {
            away = std::hypot(away, double{got[i + k]} - double{want[at->second + k]});
          }
          least = std::min(least, away);
        }
        if (first == last) continue;  // of the finer mesh of the brows
        most = std::max(most, 1e3 * least);
        ++compared;
      }
    }
    EXPECT_GT(compared, rest.size() / 4);
    RecordProperty("vertex_mm", fmt::format("{}", most));
    return most;
  }
  motion::Motion motion_;
};

TEST_F(CliAvatar, TheExportedHeadReadAgainIsTheHead) {
  ASSERT_EQ(run({"export", "glb", "-o", "head.glb", "-q"}).code, 0);
  const avatar::Avatar& morphs = avatar::load_avatar(file("head.glb"));
  EXPECT_EQ(morphs.rig().found.arkit.size(), arkit::kShapes);
  EXPECT_LT(apart_mm(morphs), 1.0);
  ASSERT_EQ(run({"export", "glb", "--rig", "skin", "-o", "skin.glb", "-q"}).code, 0);
  // Its axes are not quite ARKit's shapes; its jaw turns by its bone.
  const avatar::Avatar& skin = avatar::load_avatar(file("skin.glb"));
  EXPECT_EQ(skin.rig().mouth, avatar::MouthBy::kArkit);
  EXPECT_TRUE(std::ranges::any_of(skin.rig().bones, [](const avatar::TurningBone& bone) {
    return bone.bone == avatar::Bone::kJaw;
  }));
}

TEST_F(CliAvatar, EveryKindIsShown) {
  constexpr std::array kinds{avatar::Made::kReadyPlayerMe, avatar::Made::kVrm0, avatar::Made::kVrm1,
                             avatar::Made::kVisemes, avatar::Made::kJawBone};
  for (const auto kind : kinds) {
    write_avatar("made.vrm", {.kind = kind});
    const Outcome outcome = run(
        {"render", "said.npz", "--face", "made.vrm", "--frames", "pictures", "--size", "64", "-q"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    // Its mouth moves: neither all pictures are one nor is there nothing on them.
    std::set<std::string> pictures;
    for (const auto& entry : std::filesystem::directory_iterator(file("pictures"))) {
      pictures.insert(load_file(entry.path()));
    }
    EXPECT_GT(pictures.size(), static_cast<size_t>(motion_.frames()) / 2);
  }
  const Outcome film =
      run({"talk", "voice.wav", "--face", "made.vrm", "-o", "face.mp4", "--size", "64"});
  ASSERT_EQ(film.code, 0) << film.err;
  EXPECT_THAT(film.out, HasSubstr("face.mp4: 2.0 s, 64 x 64"));
}

TEST_F(CliAvatar, ALiveFaceIsItsFace) {
  write_avatar("made.vrm", {.kind = avatar::Made::kVrm1});
  const Outcome outcome =
      run({"live", "voice.wav", "--face", "made.vrm", "--size", "64", "-o", "live.mp4", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(run({"live", "voice.wav", "-o", "live.npz", "-q"}).code, 0);
  ASSERT_EQ(run({"render", "live.npz", "--voice", "voice.wav", "--face", "made.vrm", "--size", "64",
                 "-o", "rendered.mp4", "-q"})
                .code,
            0);
  EXPECT_TRUE(load_file(file("live.mp4")) == load_file(file("rendered.mp4")));
}

TEST_F(CliAvatar, AVoiceBecomesTheMovedAvatarAtOnce) {
  write_avatar("made.vrm", {.kind = avatar::Made::kVrm1});
  ASSERT_EQ(run({"predict", "voice.wav", "-o", "own.npz", "-q"}).code, 0);
  ASSERT_EQ(run({"export", "glb", "own.npz", "--face", "made.vrm", "-o", "moved.glb", "-q"}).code,
            0);
  for (const std::string command : {"predict", "talk"}) {
    const Outcome outcome =
        run({command, "voice.wav", "--face", "made.vrm", "-o", command + ".glb", "-q"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(load_file(file(command + ".glb")), load_file(file("moved.glb")));
    EXPECT_TRUE(failed_with(run({command, "voice.wav", "--face", "made.vrm", "-o", "take.csv"}), 2,
                            {"--face made.vrm", "`flowtalk export glb`"}));
  }
  EXPECT_FALSE(std::filesystem::exists(file("take.csv")));
  const std::string avatar = load_file(file("made.vrm"));
  std::filesystem::create_symlink(file("made.vrm"), file("link.glb"));
  for (const std::string command : {"talk", "predict"}) {
    EXPECT_TRUE(failed_with(run({command, "voice.wav", "--face", "link.glb", "-o", "link.glb"}), 2,
                            {"link.glb: would be written over itself, which is read"}));
  }
  EXPECT_TRUE(load_file(file("made.vrm")) == avatar);
}

TEST_F(CliAvatar, OtherFilesAreCalledWhatTheyAre) {
  write("text.gltf", R"({"asset": {"version": "2.0"}})");
  for (const std::string command : {"render", "inspect"}) {
    std::vector<std::string> words{command, "text.gltf"};
    if (command == "render") words = {"render", "said.npz", "--face", "text.gltf", "-o", "a.mp4"};
    EXPECT_TRUE(failed_with(run(words), 1, {"text.gltf: is glTF in text", "Blender"}));
  }
  write_avatar("noending", {.kind = avatar::Made::kVisemes});
  EXPECT_EQ(run({"render", "said.npz", "--face", "noending", "--size", "64", "-o", "a.mp4"}).code,
            0);
  EXPECT_TRUE(failed_with(run({"render", "said.npz", "--face", "nobody", "-o", "a.mp4"}), 1,
                          {"nobody", "no such file", ".glb, .vrm"}));
  gltf::Glb glb = avatar::made_glb({.kind = avatar::Made::kVisemes});
  for (Json& mesh : glb.json["meshes"]) mesh["extras"]["targetNames"][0] = "a\nb\x1b[31m";
  save_file(file("made.glb"), glb.bytes());
  EXPECT_THAT(run({"inspect", "made.glb"}).out, HasSubstr("a?b?[31m"));
}

// What a command says, and how it ends.
std::pair<int, std::string> told(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  return {WEXITSTATUS(pclose(pipe)), said};
}

// VRM 0.x is left out: the validator warns of the very name of that extension.
TEST_F(CliAvatar, WrittenBackItIsValid) {
  std::string command = fmt::format("'{}/scripts/validate_gltf.sh'", FLOWTALK_SOURCES);
  for (const auto& [name, kind] : {std::pair{"rpm", avatar::Made::kReadyPlayerMe},
                                   {"visemes", avatar::Made::kVisemes},
                                   {"vrm1", avatar::Made::kVrm1},
                                   {"jaw", avatar::Made::kJawBone}}) {
    write_avatar("made.glb", {.kind = kind});
    const std::string moved = fmt::format("{}.glb", name);
    const Outcome outcome = run(
        {"export", "glb", "said.npz", "--face", "made.glb", "--audio", "voice.wav", "-o", moved});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(fmt::format("{} frames", motion_.frames())));
    command += fmt::format(" '{}'", file(moved).string());
  }
  for (const auto& [name, bytes] :
       {std::pair{"meshopt", gltf::meshopt_packed(avatar::made_avatar({}))},
        {"draco", gltf::draco_packed(avatar::made_avatar({}))}}) {
    save_file(file("packed.glb"), bytes);
    const std::string moved = fmt::format("{}.glb", name);
    ASSERT_EQ(run({"export", "glb", "said.npz", "--face", "packed.glb", "-o", moved}).code, 0);
    command += fmt::format(" '{}'", file(moved).string());
  }
  const auto [code, said] = told(command);
  if (code == 77) GTEST_SKIP() << said;
  EXPECT_EQ(code, 0) << said;
  for (const char* name : {"rpm", "meshopt", "draco"}) {
    EXPECT_THAT(said, HasSubstr(fmt::format("{}.glb: 0 errors, 0 warnings", name)));
  }
}

// A packed avatar, moved and still packed, has its vertices where three.js unpacks them to.
TEST_F(CliAvatar, ThreeUnpacksTheSame) {
  save_file(file("packed.glb"), gltf::meshopt_packed(avatar::made_avatar({.pictures = false})));
  ASSERT_EQ(run({"export", "glb", "said.npz", "--face", "packed.glb", "-o", "moved.glb"}).code, 0);
  constexpr int64_t kFrame = 30;
  const auto [code, said] =
      told(fmt::format("'{}/scripts/validate_gltf.sh' pose '{}' {}", FLOWTALK_SOURCES,
                       file("moved.glb").string(), static_cast<double>(kFrame) / 25.0));
  if (code == 77) GTEST_SKIP() << said;
  ASSERT_EQ(code, 0) << said;
  using Place = std::array<float, 3>;
  std::vector<Place> theirs;
  for (const Json& mesh : parse_json(said, "three")) {
    const auto numbers = mesh["vertices"].get<std::vector<float>>();
    for (size_t i = 0; i < numbers.size(); i += 3) {
      theirs.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
    }
  }
  std::ranges::sort(theirs);
  const avatar::Avatar& avatar = avatar::load_avatar(file("packed.glb"));
  std::vector<float> ours(static_cast<size_t>(avatar.face().rest.size()));
  avatar.vertices(face::frame_of(motion_, kFrame), ours);
  constexpr float kNear = 1e-5f;
  for (size_t i = 0; i < ours.size(); i += 3) {
    float least = INFINITY;
    for (auto at = std::ranges::lower_bound(theirs, Place{ours[i] - kNear, -9, -9});
         at != theirs.end() && (*at)[0] <= ours[i] + kNear; ++at) {
      least = std::min(
          least, std::max(std::abs((*at)[1] - ours[i + 1]), std::abs((*at)[2] - ours[i + 2])));
    }
    ASSERT_LT(least, kNear) << "vertex " << i / 3;
  }
}

TEST_F(CliAvatar, InspectListsItsNames) {
  write_avatar("made.glb", {.kind = avatar::Made::kVisemes});
  const Outcome outcome = run({"inspect", "made.glb", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "inspect");
  EXPECT_EQ(report["kind"], "avatar");
  EXPECT_EQ(report["usable"], true);
  const Json& details = report["details"]["avatar"];
  EXPECT_EQ(details["mouth_by"], "visemes");
  EXPECT_FALSE(details.contains("bounded"));
  EXPECT_EQ(details["arkit"], Json({"eyeBlinkLeft", "eyeBlinkRight"}));
  EXPECT_EQ(details["visemes"].size(), 14u);
  EXPECT_THAT(run({"inspect", "made.glb"}).out, HasSubstr("missing (50): "));
}

TEST_F(CliAvatar, InspectTellsOfMoodsThatAreBounded) {
  write_avatar("made.vrm", {.kind = avatar::Made::kVrm0, .grins = true, .parts = true});
  const Outcome outcome = run({"inspect", "made.vrm", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json details = parse_json(outcome.out, "inspect")["details"]["avatar"];
  EXPECT_NEAR(details["bounded"]["happy"], 0.2, 0.05);
  EXPECT_EQ(details["unknown"], Json::array());
  EXPECT_THAT(run({"inspect", "made.vrm"}).out, HasSubstr("bounded: happy 0.2\n"));
}

// A refusal sends there.
TEST_F(CliAvatar, InspectListsNamesThatMoveNothing) {
  gltf::Glb glb = avatar::made_glb({.kind = avatar::Made::kVisemes});
  for (Json& mesh : glb.json["meshes"]) {
    for (Json& name : mesh["extras"]["targetNames"]) name = "Grimace";
  }
  save_file(file("made.glb"), glb.bytes());
  const Outcome outcome = run({"inspect", "made.glb", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json report = parse_json(outcome.out, "inspect");
  EXPECT_EQ(report["usable"], false);
  const Json& details = report["details"]["avatar"];
  EXPECT_EQ(details["unknown"], Json({"Grimace"}));
  EXPECT_FALSE(details.contains("mouth_by"));
  EXPECT_THAT(run({"inspect", "made.glb"}).out, testing::AllOf(HasSubstr("nothing moves its mouth"),
                                                               HasSubstr("unknown (1): Grimace")));
}

TEST_F(CliAvatar, WhatDoesNotGoTogetherIsRefused) {
  write_avatar("made.glb", {.kind = avatar::Made::kJawBone});
  motion::Motion flame = motion_;
  flame.axes = motion::Axes::kFlame;
  motion::save_motion(file("flame.npz"), flame);
  EXPECT_TRUE(failed_with(run({"render", "flame.npz", "--face", "made.glb", "-o", "a.mp4"}), 1,
                          {"made.glb", "ARKit", "FLAME"}));
  EXPECT_TRUE(failed_with(run({"export", "glb", "flame.npz", "--face", "made.glb", "-o", "a.glb"}),
                          1, {"made.glb", "ARKit", "FLAME"}));
  EXPECT_TRUE(
      failed_with(run({"export", "vertices", "said.npz", "--face", "made.glb", "-o", "a.npy"}), 2,
                  {"--face made.glb", "`flowtalk export glb`"}));
  EXPECT_TRUE(failed_with(run({"export", "glb", "--face", "made.glb", "-o", "a.glb"}), 2,
                          {"which motion?"}));
  EXPECT_TRUE(failed_with(
      run({"render", "said.npz", "--face", "made.glb", "--person", "nora", "-o", "a.mp4"}), 2,
      {"--person", "--face made.glb"}));
  EXPECT_TRUE(failed_with(
      run({"export", "glb", "said.npz", "--rig", "skin", "--face", "made.glb", "-o", "a.glb"}), 2,
      {"--rig"}));
  EXPECT_TRUE(failed_with(run({"render", "said.npz", "--face", "none.glb", "-o", "a.mp4"}), 1,
                          {"none.glb"}));
  write("broken.glb", "glTF, but not much of it");
  EXPECT_TRUE(failed_with(run({"render", "said.npz", "--face", "broken.glb", "-o", "a.mp4"}), 1,
                          {"broken.glb", "no GLB"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "--predictions", "said.npz", "--ground-truth",
                               "said.npz", "--face", "made.glb"}),
                          1, {"made.glb", "an avatar", "FLAME file"}));
  EXPECT_FALSE(std::filesystem::exists(file("a.mp4")) || std::filesystem::exists(file("a.glb")));
}

}  // namespace
}  // namespace flowtalk::tests
