#include "flowtalk/pipeline/picture.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::pipeline {
namespace {

constexpr int kLeastEdge = 64, kMostEdge = 4096;

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  return code == std::errc() && stop == end ? std::optional<T>(value) : std::nullopt;
}

struct NamedView {
  View view;
  const char* name;
  float yaw;
};
// A face is easier to read slightly from the side.
constexpr std::array kViews = {NamedView{View::kPortrait, "portrait", 0.2f},
                               NamedView{View::kFront, "front", 0.0f},
                               NamedView{View::kThreeQuarter, "three-quarter", 0.72f},
                               NamedView{View::kProfile, "profile", 1.5708f}};

const NamedView& named(View view) {
  return *std::find_if(kViews.begin(), kViews.end(),
                       [&](const NamedView& v) { return v.view == view; });
}

struct NamedColour {
  const char* name;
  render::Rgb colour;
};
constexpr std::array kColours = {
    NamedColour{"white", {255, 255, 255}}, NamedColour{"black", {0, 0, 0}},
    NamedColour{"grey", {128, 128, 128}},  NamedColour{"gray", {128, 128, 128}},
    NamedColour{"green", {0, 177, 64}},  // as of the screens that are keyed out
    NamedColour{"blue", {0, 71, 187}},     NamedColour{"red", {200, 30, 30}}};

std::optional<render::Rgb> hex_colour(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  render::Rgb colour{};
  if (text.size() != 6) return std::nullopt;
  for (size_t c = 0; c < 3; ++c) {
    const char *from = text.data() + 2 * c, *end = from + 2;
    const auto [stop, code] = std::from_chars(from, end, colour[c], 16);
    if (code != std::errc() || stop != end) return std::nullopt;
  }
  return colour;
}

}  // namespace

std::string text_of(const PictureSize& size) {
  return size.width == size.height ? fmt::format("{}", size.width)
                                   : fmt::format("{}x{}", size.width, size.height);
}

void from_text(const std::string& text, PictureSize& size) {
  const size_t cross = text.find('x');
  const auto width = number_in<int>(std::string_view(text).substr(0, cross));
  const auto height =
      cross == std::string::npos ? width : number_in<int>(std::string_view(text).substr(cross + 1));
  const auto fits = [](const std::optional<int>& edge) {
    return edge && *edge >= kLeastEdge && *edge <= kMostEdge;
  };
  if (!fits(width) || !fits(height)) {
    fail("expected the pixels of one face, such as 512 or 640x480, {} to {} each way", kLeastEdge,
         kMostEdge);
  }
  size = {*width, *height};
}

std::string text_of(View view) { return named(view).name; }

void from_text(const std::string& text, View& view) {
  for (const NamedView& known : kViews) {
    if (text != known.name) continue;
    view = known.view;
    return;
  }
  const auto names = all_texts(view);
  fail("expected {}{}", fmt::join(names, ", "), did_you_mean(text, names));
}

std::vector<std::string> all_texts(View) {
  std::vector<std::string> names;
  for (const NamedView& known : kViews) names.emplace_back(known.name);
  return names;
}

float yaw_of(View view) { return named(view).yaw; }

std::string text_of(const Background& background) {
  if (background.kind == Background::Kind::kStudio) return "studio";
  if (background.transparent()) return "transparent";
  const auto& [red, green, blue] = background.colour;
  return fmt::format("#{:02x}{:02x}{:02x}", red, green, blue);
}

void from_text(const std::string& text, Background& background) {
  if (text == "studio") {
    background = {};
    return;
  }
  if (text == "transparent") {
    background = {Background::Kind::kTransparent, {}};
    return;
  }
  std::optional<render::Rgb> colour = hex_colour(text);
  std::vector<std::string> names = {"studio", "transparent"};
  for (const NamedColour& known : kColours) {
    if (text == known.name) colour = known.colour;
    names.emplace_back(known.name);
  }
  if (!colour) {
    fail("expected {} or a colour such as #30343c{}", fmt::join(names, ", "),
         did_you_mean(text, names));
  }
  background = {Background::Kind::kColour, *colour};
}

}  // namespace flowtalk::pipeline
