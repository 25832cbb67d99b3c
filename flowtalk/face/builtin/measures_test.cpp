// The built-in head against the measures of people (measured.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "flowtalk/face/builtin/measured.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

using builtin::cross;
using builtin::dot;
using builtin::length;
using builtin::Vec;
namespace measured = builtin::measured;

// Of the triangle a b c (Ericson, Real-Time Collision Detection, 2005, by regions of Voronoi).
Vec nearest_on(Vec p, Vec a, Vec b, Vec c) {
  const Vec ab = b - a, ac = c - a;
  const float d1 = dot(ab, p - a), d2 = dot(ac, p - a);
  if (d1 <= 0 && d2 <= 0) return a;
  const float d3 = dot(ab, p - b), d4 = dot(ac, p - b);
  if (d3 >= 0 && d4 <= d3) return b;
  const float vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return a + (d1 / (d1 - d3)) * ab;
  const float d5 = dot(ab, p - c), d6 = dot(ac, p - c);
  if (d6 >= 0 && d5 <= d6) return c;
  const float vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return a + (d2 / (d2 - d6)) * ac;
  const float va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    return b + ((d4 - d3) / ((d4 - d3) + (d5 - d6))) * (c - b);
  }
  const float sum = va + vb + vc;
  return a + (vb / sum) * ab + (vc / sum) * ac;
}

class Skin {
 public:
  explicit Skin(const Face& face) {
    for (const auto& t : face.triangles) {
      const Material m = face.appearance.material[t[0]];
      if (m != Material::kSkin && m != Material::kLips && m != Material::kCloth) continue;
      std::array<Vec, 3> corners;
      for (size_t k = 0; k < 3; ++k) {
        const float* p = face.rest.data() + 3 * size_t{t[k]};
        corners[k] = 1000.0f * Vec{p[0], p[1], p[2]} - measured::kOrigin;
      }
      triangles_.push_back(corners);
    }
  }
  float distance(Vec p) const {
    float least = 1e9f;
    for (const auto& t : triangles_)
      least = std::min(least, length(nearest_on(p, t[0], t[1], t[2]) - p));
    return least;
  }

 private:
  std::vector<std::array<Vec, 3>> triangles_;
};

struct Measure {
  std::string name;
  Vec place;
};

// All but ears.
std::vector<Measure> measures() {
  std::vector<Measure> all;
  for (const auto& landmark : measured::kLandmarks) {
    all.push_back({std::string(landmark.name), landmark.place});
  }
  for (const auto& row : measured::kDepth) {
    for (size_t i = 0; i < row.z.size(); ++i) {
      const float x = measured::kStep * static_cast<float>(i), z = row.z[i];
      const bool ear = x >= 72 && row.y <= 0 && z < -36;
      if (z != measured::kGap && !ear) all.push_back({"grid", {x, row.y, z}});
    }
  }
  for (const auto& level : measured::kLevels) {
    const bool ear = level.y <= 5 && level.y >= -58;
    if (!ear) all.push_back({"side", {level.half_width, level.y, level.z}});
    all.push_back({"back", {0, level.y, level.back}});
  }
  return all;
}

TEST(HeadMeasures, AreThoseOfPeople) {
  const Skin skin(builtin_face());
  double square = 0;
  float most = 0;
  const auto all = measures();
  ASSERT_GT(all.size(), 300u);
  for (const Measure& m : all) {
    const float d = skin.distance(m.place);
    square += double{d} * double{d};
    most = std::max(most, d);
    EXPECT_LT(d, 8) << m.name << " " << m.place.x << " " << m.place.y << " " << m.place.z;
  }
  const double rms = std::sqrt(square / static_cast<double>(all.size()));
  EXPECT_LT(rms, 1.5);
  RecordProperty("points", static_cast<int>(all.size()));  // for docs/head.md
  RecordProperty("rms_mm", std::to_string(rms));
  RecordProperty("most_mm", std::to_string(most));
}

TEST(HeadMeasures, AHeadOfAnotherFormIsSeen) {
  Face wide = builtin_face();
  wide.rest = wide.rest.clone();  // copies of a face share it
  for (int64_t i = 0; i < wide.rest.size(); i += 3) wide.rest[i] *= 1.15f;
  const Skin skin(wide);
  double square = 0;
  const auto all = measures();
  for (const Measure& m : all) square += std::pow(double{skin.distance(m.place)}, 2);
  EXPECT_GT(std::sqrt(square / static_cast<double>(all.size())), 3);
}

}  // namespace
}  // namespace flowtalk::face
