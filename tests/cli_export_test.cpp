// What flowtalk export makes of parameters, and how it refuses.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/files.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/obj.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/program.h"
#include "tests/refusal.h"

namespace flowtalk::tests {
namespace {

using tensor::Tensor;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CliExport : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    save("rest.npy", Tensor::zeros({1, 3, 403}));
    Tensor open = Tensor::zeros({3, 53});
    for (int64_t t = 0; t < 3; ++t) open[53 * t + 50] = 0.1f * static_cast<float>(t);
    save("open.npy", open);
  }
  void save(const std::string& name, const Tensor& values) const {
    formats::save_npy(file(name), values);
  }
  Tensor exported(std::vector<std::string> args) const {
    args.insert(args.begin(), {"export", "vertices"});
    args.insert(args.end(), {"--out", "mesh.npy", "-q"});
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, AnyOf("", HasSubstr("does not move")));
    return formats::load_npy(file("mesh.npy"));
  }
};

TEST_F(CliExport, RowsBecomeMeshesInMetres) {
  const Tensor rest = exported({"--params", "rest.npy"});
  ASSERT_EQ(rest.rank(), 3);
  EXPECT_EQ(rest.dim(0), 3);
  EXPECT_GT(rest.dim(1), 3000);
  EXPECT_EQ(rest.dim(2), 3);
  const int64_t values = rest.size() / 3;
  for (int64_t i = 0; i < values; ++i) {
    ASSERT_LT(std::abs(rest[i]), 0.5f);
    ASSERT_EQ(rest[i], rest[2 * values + i]);
  }
  const Tensor open = exported({"open.npy"});
  float most = 0;
  for (int64_t i = 0; i < values; ++i) {
    ASSERT_EQ(open[i], rest[i]);
    most = std::max(most, std::abs(open[2 * values + i] - rest[i]));
  }
  EXPECT_GT(most, 0.005f);
}

TEST_F(CliExport, PoseAndTranslationComeFromFilesOfTheirOwn) {
  const Tensor rest = exported({"--params", "rest.npy"});
  Tensor turn = Tensor::zeros({3, 3});
  turn[4] = std::acos(-1.0f);  // frame 1 looks backwards
  save("global.npy", turn);
  save("move.npy", Tensor({3}, std::vector<float>{1, 2, 3}));  // one row for all frames
  const Tensor moved =
      exported({"--params", "rest.npy", "--global", "global.npy", "--transl", "move.npy"});
  const int64_t values = rest.size() / 3;
  EXPECT_NEAR(moved[1], rest[1] + 2, 1e-6);
  EXPECT_NEAR(moved[values + 1], rest[1] + 2, 1e-4);
  float low = 10, high = -10;
  for (int64_t i = 2; i < values; i += 3) {
    low = std::min(low, moved[values + i] - moved[i]);
    high = std::max(high, moved[values + i] - moved[i]);
  }
  EXPECT_LT(low, -0.1f);  // what was in front is behind
  EXPECT_GT(high, 0.1f);

  Tensor pose = Tensor::zeros({3, 15});
  pose[15 + 1] = turn[4];
  save("pose.npy", pose);
  const Tensor posed =
      exported({"--params", "rest.npy", "--pose", "pose.npy", "--translation", "move.npy"});
  EXPECT_TRUE(std::equal(posed.values().begin(), posed.values().end(), moved.values().begin()));
}

TEST_F(CliExport, NamedArraysGiveTheSameAsRows) {
  const Tensor rows = formats::load_npy(file("open.npy"));
  Tensor jaw({3, 3}), expression({3, 50});
  for (int64_t t = 0; t < 3; ++t) {
    std::copy_n(rows.data() + 53 * t, 50, expression.data() + 50 * t);
    std::copy_n(rows.data() + 53 * t + 50, 3, jaw.data() + 3 * t);
  }
  formats::save_safetensors(file("parts.safetensors"),
                            {{"one.jaw_pose", jaw}, {"one.expression", expression}});
  const Tensor a = exported({"--params", "open.npy"});
  const Tensor b = exported({"--params", "parts.safetensors", "--prefix", "one."});
  EXPECT_TRUE(std::equal(a.values().begin(), a.values().end(), b.values().begin()));
}

TEST_F(CliExport, MistakesAreNamedAndLeaveNothingBehind) {
  const auto refused = [&](std::vector<std::string> args, int code,
                           const std::vector<std::string>& words) {
    args.insert(args.begin(), {"export", "vertices"});
    EXPECT_TRUE(failed_with(run(args), code, words));
    EXPECT_FALSE(std::filesystem::exists(file("mesh.npy")));
    EXPECT_FALSE(std::filesystem::exists(file("mesh.npy.partial")));
  };
  save("two.npy", Tensor::zeros({2, 3}));
  save("odd.npy", Tensor::zeros({3, 54}));
  save("jaw.npy", Tensor::full({3, 3}, 0.1f));
  refused({"--params", "rest.npy"}, 2, {"-o FILE.npy"});
  refused({"--out", "mesh.npy"}, 2, {"--params"});
  refused({"--params", "odd.npy", "--out", "mesh.npy"}, 1, {"odd.npy", "(3, 54)"});
  refused({"--params", "none.npy", "--out", "mesh.npy"}, 1, {"none.npy"});
  refused({"--params", "rest.npy", "--neck", "two.npy", "--out", "mesh.npy"}, 1, {"2 frames"});
  refused({"--params", "open.npy", "--jaw", "jaw.npy", "--out", "mesh.npy"}, 2, {"--jaw"});
  refused({"--params", "rest.npy", "--face", "none.pkl", "--out", "mesh.npy"}, 1, {"none.pkl"});
  refused({"--params", "rest.npy", "--subject", "M003", "--out", "mesh.npy"}, 2, {"--templates"});
  EXPECT_TRUE(failed_with(run({"export", "vertexes"}), 2, {"did you mean 'vertices'"}));
}

TEST_F(CliExport, WhatIsLeftOutIsSaid) {
  Tensor far = Tensor::zeros({1, 403});
  far[399] = 1;  // the built-in head knows 50 expression coefficients
  save("far.npy", far);
  const Outcome outcome = run({"export", "vertices", "--params", "far.npy", "--out", "mesh.npy"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: the face builtin has 300 shape and 50 expression"));
}

TEST_F(CliExport, TheHeadIsAnObjWithItsRegionsAndLipPairs) {
  const Outcome outcome = run({"export", "obj", "--person", "nora", "--out", "nora.obj"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("vertices at rest"));
  const auto mesh = formats::load_obj(file("nora.obj"));
  const face::Face nora = face::builtin_person("nora");
  ASSERT_EQ(mesh.vertices.shape[0], nora.vertex_count());
  const auto values = formats::to_tensor(mesh.vertices, "nora.obj");
  for (int64_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], nora.rest[i], 1e-6f);
  const std::string pairs = load_file(file("nora_lip_pairs.json"));
  EXPECT_THAT(pairs,
              StartsWith(fmt::format("[[{}, {}], [", nora.lips.upper[0], nora.lips.lower[0])));
  EXPECT_EQ(std::count(pairs.begin(), pairs.end(), ']'), 1 + std::ssize(nora.lips.upper));
  const face::Regions regions = face::load_regions(file("nora_regions"), nora);
  EXPECT_EQ(regions.lips, nora.regions.lips);
  EXPECT_EQ(regions.eyes, nora.regions.eyes);
  // Those of another mesh are refused: here the indices of the right half are off by 1,000.
  std::vector<uint32_t> others = nora.regions.lips;
  for (uint32_t& v : others) v += nora.rest[3 * int64_t{v}] < 0 ? 1000 : 0;
  face::save_regions(file("others"), {others, nora.regions.upper_face, nora.regions.eyes});
  EXPECT_THAT(refusal([&] { face::load_regions(file("others"), nora); }),
              HasSubstr("was made for another mesh"));
}

TEST_F(CliExport, PeopleAndIdentitiesAreOnlyThoseThatThereAre) {
  EXPECT_TRUE(failed_with(run({"export", "obj", "--person", "bob", "--out", "x.obj"}), 2,
                          {"no person \"bob\"; expected paul"}));
  EXPECT_TRUE(failed_with(run({"export", "vertices", "--person", "nora", "--out", "x.npy"}), 2,
                          {"which motion?"}));
  const Tensor usual = exported({"--params", "rest.npy"});
  const Tensor other = exported({"--params", "rest.npy", "--shape-seed", "5"});
  ASSERT_EQ(other.size(), usual.size());
  float most = 0;
  for (int64_t i = 0; i < usual.size(); ++i) most = std::max(most, std::abs(other[i] - usual[i]));
  EXPECT_GT(most, 2e-3f);
}

}  // namespace
}  // namespace flowtalk::tests
