// Published systems that move the vertices of a mesh, imported: a voice and their file in, the mesh
// out that these systems give. The data is no part of the repository; tests skip where it is
// absent.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/foreign/published.h"
#include "flowtalk/foreign/subjects.h"
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

TEST(ImportedSubjects, AreToldByTheirNumberOrTheMesh) {
  const auto biwi = foreign::subjects_of(6, 60, {}), voca = foreign::subjects_of(8, 60, {});
  EXPECT_EQ(biwi.fps, 25);
  EXPECT_EQ(biwi.names.back(), "M5");
  EXPECT_EQ(voca.fps, 30);
  EXPECT_TRUE(biwi.known && voca.known);
  const auto multiface = foreign::subjects_of(13, 3 * 6172, {});
  EXPECT_EQ(multiface.fps, 30);
  EXPECT_TRUE(multiface.known);
  EXPECT_EQ(multiface.names.size(), 13u);
  EXPECT_EQ(multiface.names[12], "subject_12");
  // As many as BIWI has, on the mesh of VOCASET.
  const auto retrained = foreign::subjects_of(6, 15069, {});
  EXPECT_EQ(retrained.fps, 30);
  EXPECT_EQ(retrained.names[0], "subject_0");
  const auto other = foreign::subjects_of(2, 60, {.subjects = "A B"});
  EXPECT_FALSE(other.known);
  EXPECT_EQ(other.names, (std::vector<std::string>{"A", "B"}));
  EXPECT_THROW(foreign::subjects_of(2, 60, {.subjects = "A"}), Error);
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

// CodeTalker's flavour for BIWI by that for VOCASET: a linear map before the decoder of the first
// stage which the decoder's first layer undoes, and no bias behind it, where the face at rest and
// what hears the last frame have it instead. So the same motion is expected.
struct BiwiFlavour {
  explicit BiwiFlavour(const fs::path& folder)
      : first(tensors(folder / "vocaset_stage1.pth.tar")),
        second(tensors(folder / "vocaset_stage2.pth.tar")) {
    tensor::Tensor& squash = first.at("decoder.expander.0.0.weight");
    const int64_t out = squash.dim(0), in = squash.dim(1), taps = squash.dim(2);
    tensor::Tensor map = tensor::Tensor::zeros({in, in}), bias({in});
    tensor::Tensor undone = squash.clone();
    for (int64_t i = 0; i < in; ++i) {
      const int64_t j = (5 * i + 3) % in;  // 5 is prime to the width
      map[i * in + j] = 2;
      bias[i] = 0;
      for (int64_t o = 0; o < out; ++o) {
        for (int64_t k = 0; k < taps; ++k) {
          undone[(o * in + i) * taps + k] = squash[(o * in + j) * taps + k] / 2;
        }
      }
    }
    squash = undone;
    const std::string pre = "decoder.decoder_linear_embedding_pre.net.";
    first[pre + "weight"] = map;
    first[pre + "bias"] = bias;
    last_bias = first.at("decoder.vertice_map_reverse.bias");
    first.erase("decoder.vertice_map_reverse.bias");
    const tensor::Tensor& hears = second.at("vertice_map.weight");
    tensor::Tensor heard = second.at("vertice_map.bias").clone();
    for (int64_t o = 0; o < hears.dim(0); ++o) {
      for (int64_t i = 0; i < hears.dim(1); ++i)
        heard[o] += hears[o * hears.dim(1) + i] * last_bias[i];
    }
    second["vertice_map.bias"] = heard;
  }
  static std::map<std::string, tensor::Tensor> tensors(const fs::path& file) {
    const foreign::Published published(file);
    std::map<std::string, tensor::Tensor> all;
    for (const auto& [name, shape] : published.weights().shapes) {
      all[name] = published.load(name).clone();
    }
    return all;
  }

  std::map<std::string, tensor::Tensor> first, second;
  tensor::Tensor last_bias;
};

TEST_F(Meshes, CodeTalkerForBiwi) {
  FT_GOLDEN_FOLDER(folder, "lineage/codetalker");
  const SafetensorsFile cases(folder / "cases.safetensors");
  const Json config = config_of(folder);
  const BiwiFlavour biwi(folder);
  save_torch(root / "stage1.pth.tar", biwi.first);
  save_torch(root / "stage2.pth.tar", biwi.second);
  tensor::Tensor at_rest = cases.load("template").clone();
  for (int64_t i = 0; i < at_rest.size(); ++i) at_rest[i] += biwi.last_bias[i];
  formats::save_safetensors(root / "rest.safetensors", {{"template", at_rest}});
  auto o = options(root / "stage2.pth.tar", folder / "config.json");
  o.prior = (root / "stage1.pth.tar").string();
  o.heads = config["stage1_heads"].get<int>();
  o.face_template = (root / "rest.safetensors").string();
  const auto session = imported(o);
  const auto options = asked(session, config["condition"].get<std::string>());
  const auto voice = audio::load_audio(folder / config["voice"].get<std::string>());
  expect_mesh(session.predict_vertices(session.encode(voice), options), cases, "output", 1e-5);
}

}  // namespace
}  // namespace flowtalk::tests
