// flowtalk import checkpoint and predict with what it makes, as a user does it.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/golden_flame.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/nn/golden_params.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using formats::SafetensorsFile;
using ::testing::HasSubstr;
using ::testing::Not;

using ImportCommand = CommandLine;

// A mesh of as many points in a row of triangles.
void save_strip(const fs::path& path, int points) {
  std::ofstream out(path);
  out << fmt::format(
      "ply\nformat ascii 1.0\nelement vertex {}\nproperty float x\nproperty float y\nproperty "
      "float "
      "z\nelement face {}\nproperty list uchar int vertex_indices\nend_header\n",
      points, points - 2);
  for (int i = 0; i < points; ++i) out << fmt::format("{} {} 0\n", 0.01 * i, 0.1 * (i % 2));
  for (int i = 0; i + 2 < points; ++i) out << fmt::format("3 {} {} {}\n", i, i + 1, i + 2);
}

void expect_near(const tensor::Tensor& got, const tensor::Tensor& want, double bound) {
  ASSERT_EQ(got.size(), want.size());
  for (int64_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], bound) << i;
}

TEST_F(ImportCommand, OfARelease) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  const std::string config = (folder / "config.json").string();
  const Outcome made =
      run({"import", "checkpoint", folder.string(), "-o", "made", "--encoder-config", config});
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("a ProbTalk3D checkpoint of voice to motion"));
  const SafetensorsFile cases(folder / "cases.safetensors");
  const std::vector<std::string> ask = {"predict",     (folder / "voice0.wav").string(),
                                        "--model",     "made",
                                        "--id",        "W026",
                                        "--emotion",   "6",
                                        "--intensity", "1"};
  auto nearest = ask;
  for (const char* word : {"--temperature", "0", "-o", "nearest.npy"}) nearest.emplace_back(word);
  const Outcome predicted = run(nearest);
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  expect_near(formats::load_npy(file("nearest.npy")), cases.load("voice0.flame_params"), 1e-4);
  formats::save_safetensors(file("chance.safetensors"),
                            {{"uniforms", cases.load("voice0.sampled_t0.2.uniform")}});
  auto sampled = ask;
  for (const char* word : {"--noise", "chance.safetensors", "-o", "sampled.npy"}) {
    sampled.emplace_back(word);
  }
  EXPECT_EQ(run(sampled).code, 0);
  expect_near(formats::load_npy(file("sampled.npy")),
              cases.load("voice0.sampled_t0.2.flame_params"), 1e-4);
  sampled.emplace_back("--seed");
  sampled.emplace_back("1");
  EXPECT_TRUE(failed_with(run(sampled), 2, {"--seed", "--noise"}));
  auto strong = ask;
  strong.resize(strong.size() - 2);
  for (const char* word : {"--strength", "1.2", "-o", "x.npy"}) strong.emplace_back(word);
  EXPECT_TRUE(failed_with(run(strong), 2, {"beyond 1"}));
  strong = ask;
  for (const char* word : {"--guidance", "2", "-o", "x.npy"}) strong.emplace_back(word);
  EXPECT_TRUE(failed_with(run(strong), 2, {"--guidance", "product"}));
}

// A data set whose recording is what the model predicts of it: evaluate finds no distance.
TEST_F(ImportCommand, IsEvaluatedOnADataSet) {
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  const std::string voice = (folder / "voice0.wav").string();
  ASSERT_EQ(run({"import", "checkpoint", folder.string(), "-o", "made", "--encoder-config",
                 (folder / "config.json").string()})
                .code,
            0);
  for (const char* part : {"param", "wav"}) fs::create_directories(file("data") / part);
  const std::string clip = "W026_028_6_1";
  ASSERT_EQ(run({"predict", voice, "--model", "made", "--id", "W026", "--emotion", "6",
                 "--intensity", "1", "--temperature", "0", "-o", "data/param/" + clip + ".npy"})
                .code,
            0);
  fs::copy_file(voice, file("data/wav/" + clip + ".wav"));
  save_file(file("flame.pkl"), face::unzipped(face::golden() / "flame" / "generic_model.pkl.gz"));
  const Outcome judged =
      run({"evaluate", "--dataset", "data", "--face", "flame.pkl", "--save_path", "made",
           "--test_subjects", "W026", "--temperature", "0", "--json", "figures.json"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  const Json metrics = parse_json(load_file(file("figures.json")), "figures.json")["metrics"];
  EXPECT_LT(metrics["MVE"].get<double>(), 1e-9);
  EXPECT_LT(metrics["LVE"].get<double>(), 1e-12);
  EXPECT_TRUE(failed_with(run({"evaluate", "--dataset", "data", "--save_path", "made"}), 1,
                          {"axes of FLAME", "--face a FLAME file"}));
  EXPECT_TRUE(failed_with(run({"live", voice, "--face", "flame.pkl", "-o", "film.mp4"}), 2,
                          {"--face flame.pkl", "or an avatar"}));
  // Meshes of FLAME's head say whose they are.
  for (const std::string format : {"obj", "pc2", "vertices"}) {
    const std::string ending = format == "vertices" ? ".npy" : "." + format;
    const Outcome mesh = run({"export", format, "data/param/" + clip + ".npy", "--face",
                              "flame.pkl", "-o", "mesh" + ending});
    ASSERT_EQ(mesh.code, 0) << mesh.err;
    EXPECT_THAT(mesh.err, HasSubstr("flame.pkl: a head of FLAME; the terms of its file hold"));
  }
  EXPECT_THAT(load_file(file("mesh.obj")), HasSubstr("# a head of FLAME; the terms"));
}

TEST_F(ImportCommand, OfAMesh) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_xhubert");
  const std::string config = (folder.parent_path() / "probtalk3d_release" / "config.json").string();
  const SafetensorsFile cases(folder / "cases.safetensors");
  formats::save_npy(file("rest.npy"), cases.load("template"));
  const std::vector<std::string> words = {
      "import", "checkpoint", folder.string(), "--encoder-config", config, "-o", "made"};
  const Outcome bare = run(words);
  EXPECT_EQ(bare.code, 0);
  EXPECT_THAT(bare.err, HasSubstr("without --template"));
  auto with_face = words;
  for (const char* word : {"--template", "rest.npy"}) with_face.emplace_back(word);
  const Outcome made = run(with_face);
  EXPECT_EQ(made.code, 0) << made.err;
  EXPECT_EQ(made.err, "");
  const std::vector<std::string> ask = {
      "predict",   (folder / "voice0.wav").string(), "--model", "made", "--id", "M3", "--emotion",
      "expressive"};
  auto predict = ask;
  for (const char* word : {"-o", "mesh.npy"}) predict.emplace_back(word);
  const Outcome predicted = run(predict);
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  const auto mesh = formats::load_npy(file("mesh.npy"));
  EXPECT_EQ(mesh.shape(), (tensor::Shape{22, 20, 3}));
  expect_near(mesh, cases.load("voice0.output"), 5e-6);
  auto timed = ask;
  for (const char* word : {"-o", "mesh.npz"}) timed.emplace_back(word);
  ASSERT_EQ(run(timed).code, 0);
  save_strip(file("strip.ply"), 20);
  const Outcome filmed =
      run({"render", "mesh.npz", "--face", "strip.ply", "--frames", "p", "--size", "64"});
  EXPECT_EQ(filmed.code, 0) << filmed.err;
  EXPECT_THAT(filmed.out, HasSubstr("p: 22 frames"));
  EXPECT_THAT(filmed.err, Not(HasSubstr("says no rate")));
  EXPECT_TRUE(failed_with(run({"render", "mesh.npz", "-o", "x.mp4"}), 1,
                          {"20 vertices, the face builtin has", "--face"}));
  for (const char* word : {"--width", "53"}) predict.emplace_back(word);
  EXPECT_TRUE(failed_with(run(predict), 2, {"--width", "vertices"}));
  EXPECT_TRUE(
      failed_with(run({"talk", (folder / "voice0.wav").string(), "--model", "made", "-o", "x.mp4"}),
                  1, {"makes vertices"}));
}

TEST_F(ImportCommand, RefusesInOneLine) {
  EXPECT_TRUE(failed_with(run({"import", "checkpoint"}), 2, {"which checkpoint"}));
  EXPECT_TRUE(failed_with(run({"import", "checkpoint", "absent.ckpt", "-o", "made"}), 1,
                          {"absent.ckpt", "no such file"}));
  EXPECT_TRUE(failed_with(run({"import", "chekpoint"}), 2, {"checkpoint"}));
  write("text.ckpt", "no torch file");
  EXPECT_TRUE(
      failed_with(run({"import", "checkpoint", "text.ckpt", "-o", "made"}), 1, {"text.ckpt"}));
  EXPECT_FALSE(fs::exists(file("made")));
  write_voice("voice.wav", 1);
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--model", "text.ckpt"}), 1,
                          {"flowtalk import checkpoint text.ckpt -o OUT"}));
  FT_GOLDEN_FOLDER(folder, "lineage/probtalk3d_release");
  fs::create_directories(file("keep"));
  write("keep/notes.txt", "mine");
  EXPECT_TRUE(
      failed_with(run({"import", "checkpoint", folder.string(), "-o", "keep"}), 1, {"notes.txt"}));
}

}  // namespace
}  // namespace flowtalk::tests
