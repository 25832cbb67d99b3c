#include "flowtalk/render/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <string>
#include <system_error>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/render/glyphs.h"

namespace flowtalk::render {
namespace {

constexpr float kCapital = 20.0f;  // units of the glyph table
constexpr float kSpacing = 4.6f;   // between letters
constexpr int kArcSteps = 24;      // segments of a full turn

struct Segment {
  float x0, y0, x1, y1;
};

// UTF-8 -> code points; broken bytes become U+FFFD.
std::u32string characters_of(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead < 0xc0 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if (more <= 0) {
      out.push_back(more == 0 ? char32_t{lead} : U'\ufffd');
      continue;
    }
    for (int k = 0; k < more && i < text.size() && (text[i] & 0xc0) == 0x80; ++k) ++i;
    out.push_back(U'\ufffd');
  }
  return out;
}

// Reads a glyph's strokes into straight segments, in the table's units.
class StrokeReader {
 public:
  explicit StrokeReader(std::string_view strokes) : text_(strokes) {}

  std::vector<Segment> segments() {
    while (at_ < text_.size()) {
      const char command = text_[at_++];
      if (command == 'm' || command == 'l') {
        const float x = number(), y = number();
        if (command == 'm') pen_down_ = false;
        draw_to(x, y);
      } else if (command == 'a' || command == 'o') {
        if (command == 'o') pen_down_ = false;
        const float cx = number(), cy = number(), rx = number(), ry = number();
        const float from = command == 'a' ? number() : 0.0f;
        const float to = command == 'a' ? number() : 360.0f;
        arc(cx, cy, rx, ry, from, to);
        if (command == 'o') pen_down_ = false;
      } else {
        FT_CHECK(command == ' ', "stroke command '{}' in '{}'", command, text_);
      }
    }
    return std::move(out_);
  }

 private:
  float number() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    float value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, code] = std::from_chars(begin, text_.data() + text_.size(), value);
    FT_CHECK(code == std::errc(), "no number at {} of '{}'", at_, text_);
    at_ += static_cast<size_t>(end - begin);
    return value;
  }
  void draw_to(float x, float y) {
    if (pen_down_) out_.push_back({x_, y_, x, y});
    x_ = x;
    y_ = y;
    pen_down_ = true;
  }
  void arc(float cx, float cy, float rx, float ry, float from, float to) {
    const int steps =
        std::max(1, static_cast<int>(std::ceil(std::abs(to - from) / 360.0f * kArcSteps)));
    for (int i = 0; i <= steps; ++i) {
      const float degrees = from + (to - from) * static_cast<float>(i) / static_cast<float>(steps);
      const float angle = degrees * std::numbers::pi_v<float> / 180.0f;
      draw_to(cx + rx * std::cos(angle), cy + ry * std::sin(angle));
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  bool pen_down_ = false;
  float x_ = 0, y_ = 0;
  std::vector<Segment> out_;
};

float distance(const Segment& s, float x, float y) {
  const float dx = s.x1 - s.x0, dy = s.y1 - s.y0, length2 = dx * dx + dy * dy;
  const float along = length2 > 0 ? ((x - s.x0) * dx + (y - s.y0) * dy) / length2 : 0.0f;
  const float t = std::clamp(along, 0.0f, 1.0f);
  return std::hypot(x - s.x0 - t * dx, y - s.y0 - t * dy);
}

// Mixes `colour` into a pixel in linear light.
void blend(uint8_t* pixel, const Rgb& colour, float share) {
  for (size_t c = 0; c < 3; ++c) {
    const float from = linear_of_srgb(static_cast<float>(pixel[c]) / 255.0f);
    const float to = linear_of_srgb(static_cast<float>(colour[c]) / 255.0f);
    pixel[c] = static_cast<uint8_t>(255.0f * srgb_of_linear(from + (to - from) * share) + 0.5f);
  }
}

// `colour` over a pixel, also where nothing is there yet.
void lay(Image& image, int x, int y, const Rgb& colour, float share) {
  if (!image.has_alpha()) return blend(image.at(x, y), colour, share);
  uint8_t& alpha = *image.alpha_at(x, y);
  const float before = static_cast<float>(alpha) / 255.0f;
  const float after = before + (1 - before) * share;
  blend(image.at(x, y), colour, share / after);
  alpha = static_cast<uint8_t>(255.0f * after + 0.5f);
}

// Segments in pixels; round ends, edges one pixel soft.
void draw_strokes(Image& image, const std::vector<Segment>& segments, float radius,
                  const Rgb& colour) {
  if (segments.empty()) return;
  float x0 = 1e9f, x1 = -1e9f, y0 = 1e9f, y1 = -1e9f;
  for (const Segment& s : segments) {
    x0 = std::min({x0, s.x0, s.x1});
    x1 = std::max({x1, s.x0, s.x1});
    y0 = std::min({y0, s.y0, s.y1});
    y1 = std::max({y1, s.y0, s.y1});
  }
  const float margin = radius + 1.0f;
  const int left = std::max(0, static_cast<int>(std::floor(x0 - margin)));
  const int right = std::min(image.width - 1, static_cast<int>(std::ceil(x1 + margin)));
  const int top = std::max(0, static_cast<int>(std::floor(y0 - margin)));
  const int bottom = std::min(image.height - 1, static_cast<int>(std::ceil(y1 + margin)));
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      float nearest = 1e9f;
      for (const Segment& s : segments) {
        nearest = std::min(nearest,
                           distance(s, static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f));
      }
      const float share = std::clamp(radius + 0.5f - nearest, 0.0f, 1.0f);
      if (share > 0) lay(image, x, y, colour, share);
    }
  }
}

}  // namespace

float text_width(std::string_view text, const TextStyle& style) {
  float units = 0;
  for (const char32_t c : characters_of(text)) units += glyph_of(c).width + kSpacing;
  return std::max(0.0f, units - kSpacing) * style.cap_height_px / kCapital;
}

bool has_all_glyphs(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void draw_text(Image& image, std::string_view text, float x, float y, const TextStyle& style) {
  const float width = text_width(text, style);
  if (style.align == Align::kCentre) x -= 0.5f * width;
  if (style.align == Align::kRight) x -= width;
  const float scale = style.cap_height_px / kCapital;
  for (const char32_t c : characters_of(text)) {
    const Glyph& glyph = glyph_of(c);
    auto segments = StrokeReader(glyph.strokes).segments();
    for (Segment& s : segments) {
      s = {x + scale * s.x0, y - scale * s.y0, x + scale * s.x1, y - scale * s.y1};
    }
    draw_strokes(image, segments, 0.5f * style.weight * style.cap_height_px, style.colour);
    x += scale * (glyph.width + kSpacing);
  }
}

TextStyle fitted(std::string_view text, TextStyle style, float width) {
  const float wanted = text_width(text, style);
  if (wanted > width && wanted > 0) style.cap_height_px *= width / wanted;
  return style;
}

}  // namespace flowtalk::render
