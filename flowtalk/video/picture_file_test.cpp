#include "flowtalk/video/picture_file.h"

#include <gmock/gmock.h>

#include <array>

#include "flowtalk/render/image.h"
#include "tests/refusal.h"

namespace flowtalk::video {
namespace {

using testing::HasSubstr;
using tests::refusal;

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

// 16 x 16 pixels of (200, 100, 50), by ffmpeg; the last one is half there. Then 126 of grey.
constexpr std::string_view kJpeg =
    "ffd8ffe000104a46494600010200000100010000fffe00104c61766335392e33372e31303000ffdb0043"
    "000804040404040505050505050606060606060606060606060607070708080807070706060707080808"
    "080909090808080809090a0a0a0c0c0b0b0e0e0e111114ffc4004b000101000000000000000000000000"
    "000000020101000000000000000000000000000000061001000000000000000000000000000000001101"
    "00000000000000000000000000000000ffc00011080010001003012200021100031100ffda000c030100"
    "02110311003f0080054d9fffd9";
constexpr std::string_view kWebp =
    "524946463e000000574542505650382032000000f001009d012a1000100000c01225a00274ba01f80004"
    "4c0000feda26ffee9ebda7af69ebf983fff1953e407fc654ff8b9800";
constexpr std::string_view kWebpWithAlpha =
    "524946461e000000574542505650384c110000002f0fc003100750b22257a67f8188e87f0000";
constexpr std::string_view kGreyPng =
    "89504e470d0a1a0a0000000d49484452000000040000000408000000008c9ac1a2000000097048597300"
    "00000100000001004f25c4d60000000e49444154789c63a80302065402004ed407e13c40711700000000"
    "49454e44ae426082";
constexpr std::string_view kGreyJpeg =
    "ffd8ffe000104a46494600010200000100010000fffe00104c61766335392e33372e31303000ffdb0043"
    "000804040404040505050505050606060606060606060606060607070708080807070706060707080808"
    "080909090808080809090a0a0a0c0c0b0b0e0e0e111114ffc4004b000101000000000000000000000000"
    "000000020101000000000000000000000000000000001001000000000000000000000000000000001101"
    "00000000000000000000000000000000ffc00011080010001003011200021200031200ffda000c030100"
    "02110311003f009000001fffd9";

void expect_colour(const DecodedPicture& picture, std::array<int, 4> colour, int within) {
  ASSERT_EQ(picture.rgba.size(), static_cast<size_t>(4 * picture.width * picture.height));
  for (size_t i = 0; i < picture.rgba.size(); ++i) {
    ASSERT_NEAR(picture.rgba[i], colour[i % 4], within) << i;
  }
}

TEST(PictureFile, ReadsThreeKinds) {
  for (const auto hex : {kJpeg, kWebp}) {
    const DecodedPicture picture = decode_picture(bytes_of(hex), 64, "x");
    EXPECT_EQ(picture.width, 16);
    EXPECT_EQ(picture.height, 16);
    expect_colour(picture, {200, 100, 50, 255}, 4);
  }
  const DecodedPicture half = decode_picture(bytes_of(kWebpWithAlpha), 64, "x");
  expect_colour(half, {200, 100, 50, 128}, 2);
  expect_colour(decode_picture(bytes_of(kGreyPng), 64, "x"), {126, 126, 126, 255}, 0);
  expect_colour(decode_picture(bytes_of(kGreyJpeg), 64, "x"), {126, 126, 126, 255}, 2);
}

TEST(PictureFile, PngComesBackExactlyAndUpright) {
  render::Image image = render::Image::transparent(37, 23);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      image.at(x, y)[0] = static_cast<uint8_t>(5 * x);
      image.at(x, y)[1] = static_cast<uint8_t>(9 * y);
      *image.alpha_at(x, y) = static_cast<uint8_t>(x + y);
    }
  }
  const DecodedPicture back = decode_picture(render::encode_png(image), 64, "x");
  ASSERT_EQ(back.width, 37);
  for (size_t i = 0; i < image.alpha.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) ASSERT_EQ(back.rgba[4 * i + c], image.rgb[3 * i + c]);
    ASSERT_EQ(back.rgba[4 * i + 3], image.alpha[i]);
  }
}

TEST(PictureFile, LargeOnesAreHalved) {
  const render::Image image(100, 30, {10, 200, 90});
  const DecodedPicture small = decode_picture(render::encode_png(image), 30, "x");
  EXPECT_EQ(small.width, 25);
  EXPECT_EQ(small.height, 7);
  expect_colour(small, {10, 200, 90, 255}, 0);
}

TEST(PictureFile, OthersAreRefused) {
  EXPECT_THAT(
      refusal([] { decode_picture("GIF89a", 64, "a.glb: picture 2"); }),
      HasSubstr("a.glb: picture 2: of a kind that is not read; save it as PNG, JPEG or WebP"));
  EXPECT_THAT(refusal([] { decode_picture("", 64, "x"); }), HasSubstr("of a kind"));
  const std::string png = render::encode_png(render::Image(8, 8, {1, 2, 3}));
  EXPECT_THAT(refusal([&] { decode_picture(png.substr(0, 30), 64, "x"); }),
              HasSubstr("x: cannot be decoded"));
  const std::string wide = render::encode_png(render::Image(9000, 1, {1, 2, 3}));
  EXPECT_THAT(refusal([&] { decode_picture(wide, 64, "x"); }), HasSubstr("at most 8192"));
}

}  // namespace
}  // namespace flowtalk::video
