#include "flowtalk/video/ktx2.h"

#include <gmock/gmock.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::video {
namespace {

using ::testing::HasSubstr;

// Written by Basis Universal 1.50 (ktx2-encoder 0.5.1): clear, 70 x 46 with alpha and smaller
// sizes, opaque, 64 x 64, flat, of one colour, and uastc, 16 x 16; NAME.LEVEL.rgba is what its own
// transcoder (three.js r187) makes of it.
std::string data(const std::string& name) {
  return load_file(std::filesystem::path(FLOWTALK_TEST_DATA) / "ktx2" / name);
}

std::string text(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string refused(const std::string& bytes) {
  try {
    decode_picture(bytes, 2048, "x");
  } catch (const Error& e) {
    return e.what();
  }
  return "was taken";
}

TEST(Ktx2, PixelsAreThoseOfItsMakers) {
  const struct {
    const char* name;
    int most_edge, width, height;
    const char* level;
  } pictures[] = {{"clear", 2048, 70, 46, "0"},  {"clear", 69, 35, 23, "1"},
                  {"clear", 20, 17, 11, "2"},    {"clear", 1, 1, 1, "6"},
                  {"opaque", 2048, 64, 64, "0"}, {"flat", 2048, 12, 8, "0"}};
  for (const auto& [name, most_edge, width, height, level] : pictures) {
    const auto picture = decode_picture(data(std::string(name) + ".ktx2"), most_edge, name);
    EXPECT_EQ(picture.width, width);
    EXPECT_EQ(picture.height, height);
    const std::string theirs = data(std::string(name) + "." + level + ".rgba");
    EXPECT_TRUE(text(picture.rgba) == theirs) << name << " " << level;
  }
}

TEST(Ktx2, OneWithoutSmallerSizesIsHalved) {
  const auto half = decode_picture(data("opaque.ktx2"), 32, "x");
  EXPECT_EQ(half.width, 32);
  ASSERT_EQ(half.rgba.size(), 4u * 32 * 32);
  const std::string whole = data("opaque.0.rgba");
  const auto at = [&](size_t pixel) { return int{static_cast<uint8_t>(whole[4 * pixel])}; };
  EXPECT_EQ(half.rgba[0], (at(0) + at(1) + at(64) + at(65) + 2) / 4);
}

TEST(Ktx2, OtherPixelsAreRefusedWithARemedy) {
  EXPECT_THAT(refused(data("uastc.ktx2")), HasSubstr("UASTC, which is not read; save it as"));
  EXPECT_FALSE(is_read_ktx2(data("uastc.ktx2"), "x"));
  EXPECT_TRUE(is_read_ktx2(data("clear.ktx2"), "x"));
  EXPECT_FALSE(is_ktx2("PNG"));
}

// Wherever it ends and whatever bit is turned, it is a picture of its size or refused.
TEST(Ktx2, DamagedOnesAreRefused) {
  const std::string whole = data("clear.ktx2");
  for (size_t size = 12; size < whole.size(); size += 7) {
    const std::string said = refused(whole.substr(0, size));
    if (said != "was taken") {
      EXPECT_THAT(said, HasSubstr("it ends early"));
    }
  }
  EXPECT_NE(refused(whole.substr(0, whole.size() / 2)), "was taken");
  for (size_t at = 80; at < whole.size(); at += 3) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1 << at % 8);
    const std::string said = refused(changed);
    if (said != "was taken") {
      EXPECT_THAT(said, HasSubstr("x: ")) << at;
    }
  }
  std::string large = whole;
  large[22] = 1;
  EXPECT_THAT(refused(large), HasSubstr("65606 x 46 pixels; expected at most 4096"));
}

}  // namespace
}  // namespace flowtalk::video
