// Published systems that move the vertices of a mesh, imported: a voice and their file in, the mesh
// out that these systems give. The data is no part of the repository; tests skip where it is
// absent.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/nn/golden_params.h"
#include "tests/imports.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using formats::SafetensorsFile;

struct Meshes : Imports {
  // The face at rest of the stored cases, in a file of its own.
  std::string rest(const SafetensorsFile& cases, const std::string& name) const {
    const fs::path file = root / "rest.safetensors";
    formats::save_safetensors(file, {{"template", cases.load(name)}});
    return file.string();
  }
  static Json config_of(const fs::path& folder) {
    return parse_json(load_file(folder / "config.json"), "config.json");
  }
  // What is asked for: a style by its name, and an emotion.
  static predict::PredictOptions asked(const predict::Session& session, const std::string& style,
                                       int emotion = 0) {
    const Conditions& known = session.config().conditions;
    predict::PredictOptions options;
    options.asked.style = parse_style(style, known);
    options.asked.emotion = known.only(emotion);
    options.asked.strength = emotion == kNeutral ? 0.0f : 1.0f;
    return options;
  }
};

void expect_mesh(const tensor::Tensor& got, const SafetensorsFile& cases, const std::string& name,
                 double bound) {
  const tensor::Tensor want = cases.load(name);
  ASSERT_EQ(got.size(), want.size()) << name;
  ASSERT_EQ(got.rank(), 3);
  ASSERT_EQ(got.dim(2), 3);
  double largest = 0;
  for (int64_t i = 0; i < got.size(); ++i) {
    const double away = std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
    if (!(away <= largest)) largest = away;
  }
  EXPECT_LE(largest, bound) << name;
}

TEST_F(Meshes, FaceDiffuserForMead) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_diffuser_mead_1000");
  const SafetensorsFile cases(folder / "cases.safetensors");
  auto o = options(folder / "vertices", folder / "config.json");
  o.face_template = rest(cases, "vertices.template");
  const auto session = imported(o);
  EXPECT_EQ(session.config().vertices, 20);
  const Json config = config_of(folder);
  for (size_t i = 0; i < config["voices"].size(); ++i) {
    const Json& said = config["voices"][i];
    const std::string name = fmt::format("vertices.voice{}", i);
    auto options = asked(session, said["identity"].get<std::string>(), said["emotion"].get<int>());
    options.asked.strength *= mead_conditions().strength_of(said["intensity"].get<int>());
    const auto speech = session.encode(audio::load_audio(folder / said["file"].get<std::string>()));
    const auto given = chance();
    given->noise = values_of(cases, name + ".noise");
    options.given = given;
    const auto check = [&](const std::string& stored) {
      if (!cases.contains(name + stored)) return;
      expect_mesh(session.predict_vertices(speech, options), cases, name + stored, 5e-6);
    };
    check(".ddim_skip900.final");
    options.skip_steps = 990;
    check(".ddim_skip990.final");
    options.skip_steps = 0;
    check(".ddim_skip0.final");
    if (!cases.contains(name + ".step_noise")) continue;
    given->step_noise = values_of(cases, name + ".step_noise");
    options.skip_steps = 950;
    options.sampler = diffusion::Sampler::kDdpm;
    check(".ddpm_skip950.final");
  }
}

TEST_F(Meshes, FaceDiffusersOwnReleases) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_diffuser_original");
  const SafetensorsFile cases(folder / "cases.safetensors");
  const Json config = config_of(folder);
  for (const auto& [name, said] : config["flavours"].items()) {
    auto o = options(folder / said["checkpoint"].get<std::string>(),
                     folder.parent_path() / "probtalk3d_release" / "config.json");
    o.face_template = rest(cases, name + ".template");
    const auto session = imported(o);
    auto options = asked(session, said["condition"].get<std::string>());
    const auto given = chance();
    given->noise = values_of(cases, name + ".noise");
    given->step_noise = values_of(cases, name + ".step_noise");
    options.given = given;
    const auto voice = audio::load_audio(folder / said["voice"].get<std::string>());
    expect_mesh(session.predict_vertices(session.encode(voice), options), cases, name + ".final",
                5e-6);
  }
}

TEST_F(Meshes, FaceXHubert) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_xhubert");
  const SafetensorsFile cases(folder / "cases.safetensors");
  auto o = options(folder, folder.parent_path() / "probtalk3d_release" / "config.json");
  o.face_template = rest(cases, "template");
  const auto session = imported(o);
  const Json config = config_of(folder);
  for (size_t i = 0; i < config["voices"].size(); ++i) {
    const Json& said = config["voices"][i];
    const auto options =
        asked(session, said["condition"].get<std::string>(), said["emotion"].get<int>());
    const auto voice = audio::load_audio(folder / said["file"].get<std::string>());
    expect_mesh(session.predict_vertices(session.encode(voice), options), cases,
                fmt::format("voice{}.output", i), 5e-6);
  }
}

TEST_F(Meshes, FaceFormer) {
  FT_GOLDEN_FOLDER(folder, "lineage/faceformer");
  const SafetensorsFile cases(folder / "cases.safetensors");
  const Json config = config_of(folder);
  for (const auto& [name, said] : config["flavours"].items()) {
    auto o = options(folder / said["checkpoint"].get<std::string>(), folder / "config.json");
    o.face_template = rest(cases, name + ".template");
    const auto session = imported(o);
    const auto options = asked(session, said["condition"].get<std::string>());
    const auto voice = audio::load_audio(folder / said["voice"].get<std::string>());
    expect_mesh(session.predict_vertices(session.encode(voice), options), cases, name + ".output",
                2e-5);
  }
}

TEST_F(Meshes, CodeTalker) {
  FT_GOLDEN_FOLDER(folder, "lineage/codetalker");
  const SafetensorsFile cases(folder / "cases.safetensors");
  const Json config = config_of(folder);
  auto o = options(folder / "vocaset_stage2.pth.tar", folder / "config.json");
  EXPECT_NE(refusal(o).find("without its first; give prior"), std::string::npos);
  o.prior = (folder / "vocaset_stage1.pth.tar").string();
  o.heads = config["stage1_heads"].get<int>();
  o.face_template = rest(cases, "template");
  const auto session = imported(o);
  const auto options = asked(session, config["condition"].get<std::string>());
  const auto voice = audio::load_audio(folder / config["voice"].get<std::string>());
  expect_mesh(session.predict_vertices(session.encode(voice), options), cases, "output", 1e-5);
}

}  // namespace
}  // namespace flowtalk::tests
