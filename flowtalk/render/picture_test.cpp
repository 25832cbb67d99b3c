#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/grid.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/text.h"
#include "tests/scratch_folder.h"

namespace flowtalk::render {
namespace {

uint32_t big(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

TEST(Image, PngHoldsThePixels) {
  Image image(37, 21);
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(i * i % 251);
  const tests::ScratchFolder folder;
  save_png(folder / "image.png", image);
  const std::string bytes = load_file(folder / "image.png");
  EXPECT_EQ(bytes.substr(1, 3), "PNG");
  EXPECT_EQ(big(bytes, 16), 37u);
  EXPECT_EQ(big(bytes, 20), 21u);
  // Walk the chunks, check each sum, unpack the rows and undo the filter.
  std::string packed, rows(21 * (1 + 3 * 37), '\0');
  for (size_t at = 8; at < bytes.size(); at += 12 + big(bytes, at)) {
    const uint32_t size = big(bytes, at);
    const auto* body = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
    EXPECT_EQ(crc32(0, body, size + 4), big(bytes, at + 8 + size));
    if (bytes.substr(at + 4, 4) == "IDAT") packed += bytes.substr(at + 8, size);
  }
  uLongf unpacked = rows.size();
  ASSERT_EQ(uncompress(reinterpret_cast<Bytef*>(rows.data()), &unpacked,
                       reinterpret_cast<const Bytef*>(packed.data()), packed.size()),
            Z_OK);
  for (size_t y = 0; y < 21; ++y) {
    const size_t row = y * 112;
    ASSERT_EQ(rows[row], 2);  // difference from the row above
    for (size_t i = 0; i < 111; ++i) {
      const int above = y > 0 ? image.rgb[(y - 1) * 111 + i] : 0;
      ASSERT_EQ(static_cast<uint8_t>(rows[row + 1 + i] + above), image.rgb[y * 111 + i]);
    }
  }
}

TEST(Image, PngWithAlphaHoldsIt) {
  Image image = Image::transparent(9, 4);
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(i * i % 251);
  for (size_t i = 0; i < image.alpha.size(); ++i) image.alpha[i] = static_cast<uint8_t>(7 * i);
  const std::string bytes = encode_png(image);
  EXPECT_EQ(bytes[25], 6);  // RGBA
  const size_t data = bytes.find("IDAT");
  std::string rows(4 * 37, '\0');
  uLongf unpacked = rows.size();
  ASSERT_EQ(
      uncompress(reinterpret_cast<Bytef*>(rows.data()), &unpacked,
                 reinterpret_cast<const Bytef*>(bytes.data()) + data + 4, big(bytes, data - 4)),
      Z_OK);
  for (size_t y = 0; y < 4; ++y) {
    for (size_t x = 0; x < 9; ++x) {
      const char* pixel = &rows[37 * y + 1 + 4 * x];
      const size_t i = 9 * y + x;
      const int above = y > 0 ? image.alpha[i - 9] : 0;
      ASSERT_EQ(static_cast<uint8_t>(pixel[3] + above), image.alpha[i]);
      const int red = y > 0 ? image.rgb[3 * (i - 9)] : 0;
      ASSERT_EQ(static_cast<uint8_t>(pixel[0] + red), image.rgb[3 * i]);
    }
  }
}

TEST(Image, UnwritablePathIsAnError) {
  EXPECT_THROW(save_png("/dev/null/x.png", Image(4, 4)), Error);
}

TEST(Image, TransferFunctionsAreInverse) {
  for (int i = 0; i <= 255; ++i) {
    const float x = static_cast<float>(i) / 255.0f;
    EXPECT_NEAR(srgb_of_linear(linear_of_srgb(x)), x, 1e-5f);
  }
}

TEST(Image, ResizeKeepsTheMean) {
  Image image(60, 40);
  for (size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<uint8_t>(i * 7 % 256);
  const auto mean = [](const Image& im) {
    double sum = 0;
    for (const uint8_t v : im.rgb) sum += v;
    return sum / static_cast<double>(im.rgb.size());
  };
  EXPECT_NEAR(mean(resize(image, 30, 20)), mean(image), 0.6);
  EXPECT_NEAR(mean(resize(image, 23, 17)), mean(image), 1.5);
  EXPECT_EQ(resize(image, 60, 40).rgb, image.rgb);
}

TEST(Camera, PortraitLooksAtTheFace) {
  const face::Face& face = face::builtin_face();
  for (const float yaw : {0.0f, 0.7f}) {
    const Camera camera = portrait(face, yaw, 0.1f);
    const auto axes = camera.axes();
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) {
        float dot = 0;
        for (size_t k = 0; k < 3; ++k) dot += axes[i][k] * axes[j][k];
        EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-5);
      }
    }
    EXPECT_GT(camera.position()[2], 0.3f);
    EXPECT_EQ(camera.position()[0] > 0.05f, yaw > 0);
  }
}

int ink_in(const Image& image, const Rect& at) {
  int count = 0;
  for (int y = at.y; y < at.y + at.height; ++y) {
    for (int x = at.x; x < at.x + at.width; ++x) count += image.at(x, y)[1] > 128 ? 1 : 0;
  }
  return count;
}

TEST(Text, EveryPrintableCharacterHasItsOwnShape) {
  std::vector<std::string> seen;
  for (char c = '!'; c <= '~'; ++c) {
    Image image(60, 60);
    TextStyle style;
    style.cap_height_px = 30;
    draw_text(image, std::string(1, c), 10, 44, style);
    EXPECT_GT(ink_in(image, {0, 0, 60, 60}), 5) << c;
    seen.emplace_back(image.rgb.begin(), image.rgb.end());
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST(Text, StaysInsideItsWidthAndHasSoftEdges) {
  for (const Align align : {Align::kLeft, Align::kCentre, Align::kRight}) {
    TextStyle style;
    style.align = align;
    const std::string text = "happy & surprised";
    const auto width = static_cast<int>(text_width(text, style));
    Image image(500, 60);
    draw_text(image, text, 250, 36, style);
    const int left = align == Align::kLeft     ? 250
                     : align == Align::kCentre ? 250 - width / 2
                                               : 250 - width;
    const int all = ink_in(image, {0, 0, 500, 60});
    EXPECT_GT(all, 300);
    EXPECT_EQ(ink_in(image, {left - 3, 0, width + 6, 60}), all);
    EXPECT_GT(std::count_if(image.rgb.begin(), image.rgb.end(),
                            [](uint8_t v) { return v > 30 && v < 220; }),
              300);
  }
}

TEST(Text, BrokenOrForeignTextDoesNoHarm) {
  Image image(100, 40);
  for (const char* text : {"", "\xff\xfe", "\xc3", "\xe2\x82\xac 5", "caf\xc3\xa9"}) {
    draw_text(image, text, -50, 20, {});
    EXPECT_GE(text_width(text, {}), 0.0f);
  }
  EXPECT_FLOAT_EQ(text_width("caf\xc3\xa9", {}), text_width("caf\xe2\x82\xac", {}));
}

TEST(Grid, CellsDoNotOverlapAndHoldTheirCaptions) {
  for (int count = 1; count <= 12; ++count) {
    std::vector<std::string> captions(static_cast<size_t>(count), "angry 1.0");
    GridOptions options;
    options.cell_width = 161;
    options.cell_height = 149;
    const Grid grid(captions, "one voice", options);
    EXPECT_EQ(grid.width() % 2 + grid.height() % 2, 0);
    const Image canvas = grid.canvas();
    EXPECT_GT(ink_in(canvas, {0, 0, grid.width(), grid.cell(0).y}), 20);  // the title
    std::vector<uint8_t> taken(static_cast<size_t>(grid.width() * grid.height()), 0);
    for (int i = 0; i < count; ++i) {
      const Rect at = grid.cell(i);
      ASSERT_GE(at.x, 0);
      ASSERT_LE(at.x + at.width, grid.width());
      ASSERT_LE(at.y + at.height, grid.height());
      EXPECT_EQ(ink_in(canvas, at), 0);
      EXPECT_GT(ink_in(canvas, {at.x, at.y + at.height, at.width, 14}), 20) << count << " " << i;
      for (int y = at.y; y < at.y + at.height; ++y) {
        for (int x = at.x; x < at.x + at.width; ++x) {
          ASSERT_EQ(taken[static_cast<size_t>(y * grid.width() + x)]++, 0);
        }
      }
    }
  }
}

TEST(Grid, ATransparentCanvasHoldsTheLettersAlone) {
  const Grid grid({"one", "two"}, "title");
  const Image solid = grid.canvas(), clear = grid.canvas(true);
  ASSERT_EQ(clear.alpha.size(), static_cast<size_t>(clear.width * clear.height));
  const Rgb ink = GridOptions().ink;
  int covered = 0;
  for (size_t i = 0; i < clear.alpha.size(); ++i) {
    if (clear.alpha[i] == 0) continue;
    ++covered;
    ASSERT_EQ(clear.rgb[3 * i], ink[0]);
    if (clear.alpha[i] == 255) {
      ASSERT_EQ(solid.rgb[3 * i], ink[0]);
    }
  }
  EXPECT_GT(covered, 300);
  const Rect at = grid.cell(1);
  EXPECT_EQ(clear.alpha[static_cast<size_t>((at.y + 5) * clear.width + at.x + 5)], 0);
}

TEST(Grid, LongCaptionsAreShrunk) {
  GridOptions options;
  options.cell_width = 120;
  options.gap = 20;
  const Grid grid({"disgusted 0.55 and contemptuous 0.45, high", "x"}, "", options);
  const Image canvas = grid.canvas();
  EXPECT_EQ(ink_in(canvas, {120, 0, 20, canvas.height}), 0);
}

TEST(ContactSheet, PlacesEveryPicture) {
  std::vector<std::vector<Image>> rows;
  for (uint8_t r = 0; r < 3; ++r) {
    rows.emplace_back();
    for (uint8_t c = 0; c < 4; ++c) {
      rows.back().emplace_back(100, 100,
                               Rgb{static_cast<uint8_t>(20 * r), 0, static_cast<uint8_t>(60 * c)});
    }
  }
  const std::vector<std::string> emotions = {"neutral", "happy", "sad"};
  const std::vector<std::string> times = {"0.5 s", "1.0 s", "1.5 s", "2.0 s"};
  GridOptions options;
  options.cell_width = options.cell_height = 50;
  const Image sheet = contact_sheet(rows, emotions, times, "contact sheet", options);
  const int left = sheet.width - 4 * 54, top = sheet.height - 3 * 54;
  EXPECT_GT(ink_in(sheet, {0, top, left, 3 * 54}), 50);  // row labels
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) {
      const uint8_t* p = sheet.at(left + 54 * c + 25, top + 54 * r + 25);
      EXPECT_EQ(p[0], 20 * r);
      EXPECT_EQ(p[2], 60 * c);
    }
  }
}

}  // namespace
}  // namespace flowtalk::render
