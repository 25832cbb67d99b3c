// Neck base, shoulders and the shirt over them: rings from the end of the head's sheet down to
// where the bust is cut off, below any usual picture.
#include <array>

#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

constexpr int kAround = 24;  // steps from the front to the back of one side
constexpr Vec kNeckAxis{0, kNeckEnd, -20};
constexpr float kAbove = 8;  // mm, where the slope of the neck's skin is taken

// One line from the neck down over the shoulder, at some azimuth: points that a smooth curve runs
// through, mm. Biacromial breadth 380, chest depth 230.
constexpr size_t kKnots = 6;
using Line = std::array<Vec, kKnots>;
struct Azimuth {
  float degrees;  // from the front
  Line line;      // the first point is replaced by the neck's own
};
constexpr std::array<Azimuth, 5> kLines{{
    {0,
     {{{0, -132, 38}, {0, -152, 39}, {0, -172, 38}, {0, -205, 50}, {0, -260, 76}, {0, -340, 84}}}},
    {45,
     {{{41, -132, 21},
       {44, -151, 19},
       {59, -171, 22},
       {100, -200, 42},
       {118, -260, 62},
       {122, -340, 70}}}},
    {90,
     {{{58, -132, -20},
       {61, -151, -24},
       {83, -168, -33},
       {158, -187, -38},
       {202, -232, -34},
       {214, -340, -24}}}},
    {135,
     {{{41, -132, -58},
       {50, -150, -69},
       {78, -170, -86},
       {120, -200, -104},
       {136, -260, -116},
       {142, -340, -112}}}},
    {180,
     {{{0, -132, -77},
       {0, -151, -83},
       {0, -172, -98},
       {0, -205, -114},
       {0, -260, -126},
       {0, -340, -122}}}},
}};

// The line at an azimuth, between those of the table; the table goes on mirrored at both ends.
Line line_at(float degrees) {
  const auto n = static_cast<int>(kLines.size());
  const float step = 180.0f / static_cast<float>(n - 1);
  const int i = std::min(static_cast<int>(degrees / step), n - 2);
  const float t = degrees / step - static_cast<float>(i);
  const auto knot = [&](int k, size_t j) {
    if (k < 0) return mirrored(kLines[1].line[j]);
    if (k >= n) return mirrored(kLines[static_cast<size_t>(n - 2)].line[j]);
    return kLines[static_cast<size_t>(k)].line[j];
  };
  Line line;
  for (size_t j = 0; j < kKnots; ++j) {
    line[j] = curve(knot(i - 1, j), knot(i, j), knot(i + 1, j), knot(i + 2, j), t);
  }
  return line;
}

// A line with what the neck's own skin is like above it.
struct Fall {
  Vec above;
  Line line;
};

Vec on_line(const Fall& fall, float at) {  // 0 .. kKnots - 1
  const auto last = static_cast<int>(kKnots) - 1;
  const int i = std::min(static_cast<int>(at), last - 1);
  const auto knot = [&](int k) {
    return k < 0 ? fall.above : fall.line[static_cast<size_t>(std::min(k, last))];
  };
  return curve(knot(i - 1), knot(i), knot(i + 1), knot(i + 2), at - static_cast<float>(i));
}

// Rings: place on the line, how far the cloth stands off, and what it is.
struct Ring {
  float at, off;
  Part part;
};
constexpr std::array<Ring, 17> kRings{{{0.25f, 0, Part::kSkin},
                                       {0.5f, 0, Part::kSkin},
                                       {0.8f, 0, Part::kSkin},
                                       {1.1f, 0, Part::kSkin},
                                       {1.4f, 0, Part::kSkin},
                                       {1.75f, -0.5f, Part::kSkin},
                                       {1.55f, 0.8f, Part::kCloth},  // the collar: over the skin
                                       {1.53f, 2.4f, Part::kCloth},
                                       {1.6f, 3.4f, Part::kCloth},
                                       {1.8f, 3.2f, Part::kCloth},
                                       {1.86f, 2.0f, Part::kCloth},  // its seam
                                       {1.92f, 2.4f, Part::kCloth},
                                       {2.3f, 2.6f, Part::kCloth},
                                       {2.8f, 2.8f, Part::kCloth},
                                       {3.4f, 3.0f, Part::kCloth},
                                       {4.1f, 3.0f, Part::kCloth},
                                       {5.0f, 3.0f, Part::kCloth}}};

Vec outward(const Fall& line, float at, float degrees) {
  const Vec along =
      on_line(line, std::min(at + 0.1f, 5.0f)) - on_line(line, std::max(at - 0.1f, 0.0f));
  const float a = degrees * kPi / 180;
  return normalized(cross(cross(along, {std::sin(a), 0, std::cos(a)}), along));
}

}  // namespace

std::vector<uint32_t> add_bust(HeadMesh& mesh) {
  std::vector<Fall> lines;
  std::vector<uint32_t> neck, previous;
  for (int i = 0; i <= kAround; ++i) {
    const float degrees = 180.0f * static_cast<float>(i) / kAround;
    const float a = degrees * kPi / 180;
    Vec d{std::sin(a), 0, std::cos(a)};
    if (i == 0 || i == kAround) d.x = 0;
    Point point;
    point.p = skin_on_ray(kNeckAxis, d);
    lines.push_back({skin_on_ray(kNeckAxis + Vec{0, kAbove, 0}, d), line_at(degrees)});
    lines.back().line[0] = point.p;
    neck.push_back(mesh.add(point));
  }
  previous = neck;
  for (size_t k = 0; k < kRings.size(); ++k) {
    std::vector<uint32_t> ring;
    for (int i = 0; i <= kAround; ++i) {
      const Fall& line = lines[static_cast<size_t>(i)];
      const float degrees = 180.0f * static_cast<float>(i) / kAround;
      Point point;
      point.part = kRings[k].part;
      point.s = kRings[k].at;
      point.p = on_line(line, kRings[k].at) + kRings[k].off * outward(line, kRings[k].at, degrees);
      if (i == 0 || i == kAround) point.p.x = 0;
      ring.push_back(mesh.add(point));
    }
    mesh.strip(ring, previous);
    previous = ring;
  }
  Point centre;
  centre.part = Part::kCloth;
  centre.s = 5;
  centre.p = {0, -340, -20};
  const uint32_t middle = mesh.add(centre);
  for (size_t i = 0; i + 1 < previous.size(); ++i) {
    mesh.triangles.push_back({middle, previous[i + 1], previous[i]});
  }
  return neck;
}

}  // namespace flowtalk::face::builtin
