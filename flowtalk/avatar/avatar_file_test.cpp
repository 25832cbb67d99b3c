// What is read of an avatar's file: its pictures, its names, and what is refused.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <set>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/base/files.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::avatar {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;
using tests::refusal;

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

// The same of all that the file says, its accessors, too.
std::string refused_file(const std::function<void(Json&)>& change) {
  const std::string bytes = made_avatar({.kind = Made::kVisemes});
  auto [json, buffer] = gltf::chunks_of(bytes, "made");
  change(json);
  return refusal([&] { Avatar(gltf::Glb(json, buffer).bytes(), "x.glb"); });
}

TEST(Avatars, WhatCannotBeShownIsRefusedWithARemedy) {
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

// Names of targets that are changed.
std::function<void(Json&)> renamed(std::initializer_list<const char*> names) {
  const std::set<std::string> gone(names.begin(), names.end());
  return [gone](Json& json) {
    for (Json& mesh : json["meshes"]) {
      for (Json& name : mesh["extras"]["targetNames"]) {
        if (gone.contains(name.get<std::string>())) name = "Grimace";
      }
    }
  };
}

Avatar changed(const std::function<void(Json&)>& change, const MadeOptions& options = {}) {
  gltf::Glb glb = made_glb(options);
  change(glb.json);
  return Avatar(glb.bytes(), "x.glb");
}

TEST(Avatars, MouthsAreMovedByWhatOpensThem) {
  EXPECT_EQ(changed(renamed({"jawOpen"})).rig().mouth, MouthBy::kVisemes);
  const auto only_smiles = [](Json& json) {
    for (Json& mesh : json["meshes"]) {
      for (Json& name : mesh["extras"]["targetNames"]) {
        if (!name.get<std::string>().starts_with("mouthSmile")) name = "Grimace";
      }
    }
  };
  EXPECT_THAT(refused(only_smiles, {}),
              testing::AllOf(HasSubstr("nothing moves its mouth"), HasSubstr("it has 0")));
  const auto still = [](Json& json) {
    for (const Json& mesh : json["meshes"]) {
      for (const Json& target : mesh["primitives"][0]["targets"]) {
        Json& accessor = json["accessors"][target["POSITION"].get<size_t>()];
        accessor.erase("bufferView");
        accessor.erase("sparse");
      }
    }
  };
  EXPECT_THAT(refused_file(still), HasSubstr("its mouth does not open"));
}

TEST(Avatars, LipsCloseWithoutATargetThatClosesThem) {
  const Avatar without = changed(renamed({"mouthClose"}));
  arkit::Scored face;
  face.scores[arkit::shape("jawOpen")] = 0.2f;
  face.scores[arkit::shape("mouthClose")] = 0.15f;
  const auto opened = [&](const Avatar& avatar) {
    const Moment moment = moment_of(avatar.rig(), face, {});
    for (const Wire& wire : avatar.rig().wires) {
      if (wire.channel == arkit::shape("jawOpen")) return moment.weights[wire.target];
    }
    return -1.0f;
  };
  EXPECT_FLOAT_EQ(opened(without), 0.05f);
  EXPECT_FLOAT_EQ(opened(changed([](Json&) {})), 0.2f);
}

TEST(Avatars, MirrorImagesShowTheirFronts) {
  const Avatar plain = changed([](Json&) {});
  const Avatar mirrored = changed([](Json& json) { json["nodes"][0]["scale"] = {-1, 1, 1}; });
  // What its triangles hold, below 0 where they show their backs.
  const auto volume = [](const face::Face& face) {
    double sum = 0;
    for (const auto& triangle : face.triangles) {
      std::array<std::array<double, 3>, 3> p{};
      for (size_t k = 0; k < 3; ++k) {
        for (size_t c = 0; c < 3; ++c)
          p[k][c] = double{face.rest.values()[3 * size_t{triangle[k]} + c]};
        p[k][1] -= 1.6;  // where the head is
      }
      for (size_t c = 0; c < 3; ++c) {
        sum += p[0][c] *
               (p[1][(c + 1) % 3] * p[2][(c + 2) % 3] - p[1][(c + 2) % 3] * p[2][(c + 1) % 3]) / 6;
      }
    }
    return sum;
  };
  EXPECT_GT(volume(plain.face()), 1e-3);
  EXPECT_NEAR(volume(mirrored.face()), volume(plain.face()), 1e-5);
}

TEST(Avatars, NodesHaveWeightsOfTheirOwn) {
  const auto rest = [](const std::function<void(Json&)>& change) {
    const auto values = changed(change, {.kind = Made::kVrm0}).face().rest.values();
    return std::vector<float>(values.begin(), values.end());
  };
  // Of a target that nothing drives.
  const auto unbound = [](Json& json) {
    Json& groups = json["extensions"]["VRM"]["blendShapeMaster"]["blendShapeGroups"];
    groups[0]["binds"] = Json::array();
    for (Json& mesh : json["meshes"]) mesh["primitives"][0]["extras"]["targetNames"][0] = "x";
  };
  const auto of_mesh = rest([&](Json& json) {
    unbound(json);
    for (Json& mesh : json["meshes"]) mesh["weights"] = {1};
  });
  const auto of_node = rest([&](Json& json) {
    unbound(json);
    for (Json& mesh : json["meshes"]) mesh["weights"] = {0.5};
    for (Json& node : json["nodes"]) {
      if (node.contains("mesh")) node["weights"] = {1};
    }
  });
  EXPECT_EQ(of_mesh, of_node);
  EXPECT_NE(of_mesh, rest(unbound));
}

TEST(Avatars, WhatGltfAllowsIsTaken) {
  const auto lone_joints = [](Json& json) {
    for (Json& node : json["nodes"]) {
      if (node.value("name", "") == "Hair") node.erase("skin");
    }
  };
  EXPECT_EQ(refused(lone_joints), "was taken");
  EXPECT_EQ(refused([](Json& json) { json["meshes"].back()["extras"] = "made by hand"; }),
            "was taken");
  EXPECT_THAT(refused([](Json& json) {
                json["nodes"][0]["scale"] = {0, 0, 0};
              }),
              HasSubstr("scaled to 0"));
  EXPECT_THAT(refused_file([](Json& json) { json["accessors"][1]["count"] = -1; }),
              HasSubstr("expected a whole number of at most 8388608, got -1"));
}

TEST(Avatars, TargetsThatGoTooFarAreRefused) {
  gltf::Glb glb = made_glb({});
  const gltf::Document document(glb.bytes(), "x");
  const size_t position = document.json()["meshes"][0]["primitives"][0]["attributes"]["POSITION"];
  std::vector<float> offsets(3 * document.rows(position), 0.0f);
  offsets[7] = 1e25f;
  const size_t accessor = glb.floats(offsets, 3, gltf::Glb::Use::kVertices, true);
  glb.json["meshes"][0]["primitives"][0]["targets"][3]["POSITION"] = accessor;
  EXPECT_THAT(refusal([&] { Avatar(glb.bytes(), "x.glb"); }), HasSubstr("too far away"));
}

TEST(Avatars, ColoursOfOtherKindsOfMaterials) {
  gltf::Glb glb = made_glb({});
  const Json picture = glb.json["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"];
  const auto read = [&](const Json& material) {
    glb.json["materials"][0] = material;
    return materials_of(gltf::Document(glb.bytes(), "x.glb")).all[0];
  };
  Material got = read({{"emissiveTexture", picture}, {"emissiveFactor", {1, 0.5, 0.25}}});
  EXPECT_TRUE(got.surface.unlit);
  EXPECT_EQ(got.surface.texture, 0);
  EXPECT_FLOAT_EQ(got.factor[1], 0.5f);
  got = read({{"emissiveTexture", picture}});  // by a factor of 0
  EXPECT_EQ(got.surface.texture, -1);
  got = read({{"extensions",
               {{"KHR_materials_pbrSpecularGlossiness",
                 {{"diffuseTexture", picture}, {"diffuseFactor", {0.5, 1, 1, 1}}}}}}});
  EXPECT_FALSE(got.surface.unlit);
  EXPECT_EQ(got.surface.texture, 0);
  EXPECT_FLOAT_EQ(got.factor[0], 0.5f);
  got = read({{"extensions", {{"KHR_materials_transmission", {{"transmissionFactor", 1}}}}}});
  EXPECT_EQ(got.surface.alpha, face::Alpha::kBlend);
  EXPECT_LT(got.factor[3], 0.2f);
  glb.json["textures"][0] = {{"extensions", {{"KHR_texture_basisu", {{"source", 0}}}}}};
  got = read({{"pbrMetallicRoughness", {{"baseColorTexture", picture}}}});
  EXPECT_EQ(got.surface.texture, 0);
}

// Of KTX2, one kind is read, and the other is drawn grey, with a remark.
TEST(Avatars, PicturesOfBasisUniversal) {
  const tests::ScratchFolder folder;
  const std::filesystem::path data = std::filesystem::path(FLOWTALK_TEST_DATA) / "ktx2";
  for (const char* name : {"opaque", "uastc"}) {
    gltf::Glb glb = made_glb({});
    const std::string bytes = load_file(data / (std::string(name) + ".ktx2"));
    glb.json["extensionsRequired"] = {"KHR_texture_basisu"};
    glb.json["textures"][0] = {{"extensions", {{"KHR_texture_basisu", {{"source", 0}}}}}};
    glb.json["images"][0] = {{"mimeType", "image/ktx2"},
                             {"bufferView", glb.bytes_of_a_file(bytes)}};
    save_file(folder / (std::string(name) + ".glb"), glb.bytes());
    const Avatar& avatar = load_avatar(folder / (std::string(name) + ".glb"));
    const face::Paint& paint = *avatar.face().appearance.paint;
    const bool read = std::string(name) == "opaque";
    EXPECT_EQ(paint.textures.at(0).width, read ? 64 : 1) << name;
    ASSERT_EQ(paint.remarks.size(), read ? 0u : 1u);
    if (!read) {
      EXPECT_THAT(paint.remarks[0], HasSubstr("1 of its pictures are KTX2 of UASTC"));
    }
  }
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
