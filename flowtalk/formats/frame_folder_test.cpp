#include "flowtalk/formats/frame_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FrameFolder : public ::testing::Test {
 protected:
  void save(const std::string& name, float value) const {
    const tensor::Tensor exp({2}, std::vector<float>{value, 1});
    std::string bytes = npy_header(exp.shape());
    bytes.append(reinterpret_cast<const char*>(exp.data()), exp.values().size_bytes());
    if (fs::path(name).extension() == ".npy") return save_file(folder_ / name, bytes);
    save_npz(folder_ / name, {{"exp", bytes}});
  }
  std::string refusal() const {
    return message_of([&] { open_arrays(folder_); });
  }
  tests::ScratchFolder folder_;
};

TEST_F(FrameFolder, FilesComeInTheOrderOfTheirNumbers) {
  for (const int i : {10, 8, 9}) save(fmt::format("face_{}_m.npz", i), static_cast<float>(i));
  save_file(folder_ / ".DS_Store", "x");
  EXPECT_TRUE(is_frame_folder(folder_));
  const auto arrays = open_arrays(folder_);
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_EQ(arrays[0].name, "exp");
  EXPECT_THAT(arrays[0].load().shape, ElementsAre(3, 2));
  EXPECT_THAT(to_double(arrays[0].load()), ElementsAre(8, 1, 9, 1, 10, 1));
}

TEST_F(FrameFolder, FilesOfOneArrayAreRows) {
  for (const int i : {0, 1}) save(fmt::format("{:05}.npy", i), static_cast<float>(i));
  const auto arrays = open_arrays(folder_);
  EXPECT_EQ(arrays.at(0).name, "");
  EXPECT_EQ(arrays.at(0).where, folder_.path().string());
  EXPECT_THAT(to_double(arrays.at(0).load()), ElementsAre(0, 1, 1, 1));
}

TEST_F(FrameFolder, GapsAndOtherFilesAreRefused) {
  EXPECT_THAT(refusal(), HasSubstr("is a folder, expected a file of arrays"));
  save("3.npz", 0);
  save("5.npz", 0);
  EXPECT_THAT(refusal(), HasSubstr("holds no frame 4; number the frames one by one"));
  save("04.npz", 0);
  save("4.npz", 0);
  EXPECT_THAT(refusal(), HasSubstr("holds two frames 4"));
  fs::remove(folder_ / "04.npz");
  EXPECT_EQ(refusal(), "");
  save_file(folder_ / "readme.txt", "x");
  EXPECT_FALSE(is_frame_folder(folder_));
  EXPECT_THAT(refusal(), HasSubstr("nothing but one such file per frame"));
}

TEST_F(FrameFolder, PicturesAreNoArrays) {
  for (const char* name : {"1.jpg", "2.jpg"}) save_file(folder_ / name, "\xff\xd8\xff");
  EXPECT_FALSE(is_frame_folder(folder_));
  EXPECT_THAT(refusal(), HasSubstr("1.jpg: is a picture"));
}

}  // namespace
}  // namespace flowtalk::formats
