// Region lists and templates as people have them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::face {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::refusal;

fs::path cases() { return fs::path(FLOWTALK_GOLDEN_DEFAULT).parent_path() / "cases"; }

TEST(PeopleFiles, RegionsInBracketsWithACommaAndAsMasks) {
  const fs::path folder = cases() / "region-lists";
  if (!fs::exists(folder))
    GTEST_SKIP() << "skipped: no " << folder << ", which is no part of the repository";
  for (const char* name : {"brackets", "trailing"}) {
    const RegionLists lists = read_regions(folder / name, 400);
    ASSERT_TRUE(lists.lips) << name;
    EXPECT_THAT(*lists.lips, ElementsAre(1, 2, 3));
    EXPECT_FALSE(lists.upper_face || lists.eyes);
  }
  const RegionLists masks = read_regions(folder / "FLAME_masks_like.pkl", 400);
  EXPECT_THAT(*masks.lips, ElementsAre(1, 2, 3));
  EXPECT_THAT(*masks.eyes, ElementsAre(10, 11, 12, 13));
  EXPECT_THAT(*masks.upper_face, ElementsAre(5, 6, 7, 8, 10, 11, 12, 13));
  EXPECT_THAT(masks.note, HasSubstr("forehead and eye_region for FDD"));
  EXPECT_THAT(refusal([&] { read_regions(folder / "FLAME_masks_like.pkl", 13); }),
              HasSubstr("expected an index below 13"));
}

TEST(PeopleFiles, TemplatesByTextBytesAndFlat) {
  const fs::path folder = cases() / "template-keys";
  if (!fs::exists(folder))
    GTEST_SKIP() << "skipped: no " << folder << ", which is no part of the repository";
  const Subject by_bytes = load_subject(folder / "bytes.pkl", "S1");
  const Subject flat = load_subject(folder / "flat.pkl", "S1");
  ASSERT_EQ(by_bytes.rest.shape(), (tensor::Shape{400, 3}));
  ASSERT_EQ(flat.rest.shape(), (tensor::Shape{400, 3}));
  EXPECT_TRUE(std::ranges::equal(by_bytes.rest.values(), flat.rest.values()));
  EXPECT_NE(flat.rest[0], 0);
  EXPECT_THAT(refusal([&] { load_subject(folder / "bytes.pkl", "S3"); }),
              HasSubstr("no subject 'S3' among its 2 (did you mean 'S1'?): 'S1', 'S2'"));
}

TEST(PeopleFiles, TemplatesInOtherFiles) {
  const tests::ScratchFolder folder;
  const fs::path path = folder / "templates.npz";
  const auto npy = [](int64_t size) {
    return formats::npy_header({size}) + std::string(static_cast<size_t>(4 * size), '\0');
  };
  formats::save_npz(path, {{"M1", npy(300)}, {"M2", npy(1200)}, {"M3", npy(100)}});
  EXPECT_EQ(load_subject(path, "M1").shape.size(), 300u);
  EXPECT_EQ(load_subject(path, "M2").rest.dim(0), 400);
  EXPECT_THAT(refusal([&] { load_subject(path, "M3"); }), HasSubstr("expected a mesh"));
}

}  // namespace
}  // namespace flowtalk::face
