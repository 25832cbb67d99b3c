// What is read of an avatar's file: its pictures, its names, and what is refused.
#include <gmock/gmock.h>

#include <cmath>

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

TEST(Avatars, WhatCannotBeShownIsRefusedWithARemedy) {
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
