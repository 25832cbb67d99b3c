// The skin as one sheet: rings that follow lids and lips, and an even spread of points over the
// rest of the head, dense where the face is detailed. The sheet is laid out in a plane (a
// stereographic picture of the half head) and triangulated there.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/builtin/triangulate.h"
#include "flowtalk/face/builtin/wrinkles.h"

namespace flowtalk::face::builtin {
namespace {

// Every point of the skin is seen from here: rays from this centre leave the head once.
constexpr Vec kCentre{0, -20, 0};

PlanePoint chart(Vec p) {
  const Vec d = normalized(p - kCentre);
  return {-double{d.z} / (1 + double{d.x}), double{d.y} / (1 + double{d.x})};
}

Vec direction(PlanePoint q) {
  const double m = q.x * q.x + q.y * q.y;
  return {static_cast<float>((1 - m) / (1 + m)), static_cast<float>(2 * q.y / (1 + m)),
          static_cast<float>(-2 * q.x / (1 + m))};
}

// About where a direction meets the head; good enough to choose densities.
Vec rough_position(Vec d) { return kCentre + (1.0f / length(d / Vec{72, 112, 97})) * d; }

// Wanted distance between points, mm.
float spacing(Vec p) {
  float h = p.z > 20 ? 4.6f : mix(4.6f, 9.0f, smooth(20, -10, p.z));
  h = mix(h, 9.0f, smooth(-116, -135, p.y));
  h = mix(h, 13.0f, smooth(72, 95, p.y + std::max(0.0f, -p.z)));
  if (p.z > 40) {
    h = mix(h, 3.2f, bell(p, 26, -20, 26, 30));
    h = mix(h, 1.7f, bell(p, 10, -40, 10, 11));
    h = mix(h, 2.3f, bell(p, 4, -20, 13, 24));
    h = mix(h, 2.6f, bell(p, 12, -70, 22, 16));
    h = std::min(h, mix(h, 2.3f, creased(p)));
  }
  return h;
}

class Sheet {
 public:
  explicit Sheet(HeadMesh& mesh) : mesh_(mesh) {}

  void fix(uint32_t point) { place(chart(mesh_.points[point].p), point); }
  void fix_hole(const std::vector<uint32_t>& loop) {
    std::vector<PlanePoint> hole;
    for (const uint32_t i : loop) {
      fix(i);
      hole.push_back(chart(mesh_.points[i].p));
    }
    holes_.push_back(hole);
  }
  void extend_hole(PlanePoint corner) { holes_.back().push_back(corner); }

  void spread_mid_line() {
    // Once around the profile: the unit circle of the chart.
    for (double a = -2.6; a < kPi * 1.5;) {
      const PlanePoint q{-std::cos(a), std::sin(a)};
      const Vec d = direction(q);
      const double step = double{spacing(rough_position(d))} / 105.0;
      if (free(q, 0.55)) add_free(q, true);
      a += step;
    }
  }

  void spread() {
    constexpr double kPitch = 0.0085;
    const int rows = static_cast<int>(1 / (kPitch * 0.866));
    for (int j = -rows; j <= rows; ++j) {
      const double y = j * kPitch * 0.866;
      const double half = std::sqrt(std::max(0.0, 1 - y * y));
      for (double x = -half + (j % 2 == 0 ? 0 : kPitch / 2); x < half; x += kPitch) {
        const PlanePoint q{x, y};
        if (x * x + y * y < 0.995 && free(q, 0.9)) add_free(q, false);
      }
    }
  }

  // Evens the spread: each free point moves to the middle of its neighbours.
  void relax(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<PlanePoint> sum(places_.size());
      std::vector<double> count(places_.size());
      for (const Triangle& f : cut(triangulate(places_))) {
        for (size_t k = 0; k < 3; ++k) {
          for (const uint32_t other : {f[(k + 1) % 3], f[(k + 2) % 3]}) {
            sum[f[k]].x += places_[other].x;
            sum[f[k]].y += places_[other].y;
            count[f[k]] += 1;
          }
        }
      }
      for (size_t i = 0; i < places_.size(); ++i) {
        if (kind_[i] == kFree && count[i] > 0)
          places_[i] = {sum[i].x / count[i], sum[i].y / count[i]};
      }
    }
  }

  void finish() {
    for (size_t i = 0; i < places_.size(); ++i) {
      if (kind_[i] == kFixed) continue;
      Vec d = direction(places_[i]);
      if (kind_[i] == kMiddle) d.x = 0;
      Point point;
      point.p = skin_on_ray(kCentre, d);
      if (kind_[i] == kMiddle) point.p.x = 0;
      point_of_[i] = mesh_.add(point);
    }
    for (const Triangle& f : cut(triangulate(places_))) {
      mesh_.triangles.push_back({point_of_[f[0]], point_of_[f[1]], point_of_[f[2]]});
    }
  }

 private:
  enum Kind : uint8_t { kFixed, kFree, kMiddle };
  static constexpr double kCell = 0.02;

  static std::pair<int, int> cell(PlanePoint q) {
    return {static_cast<int>(std::floor(q.x / kCell)), static_cast<int>(std::floor(q.y / kCell))};
  }
  static size_t slot(int i, int j) { return static_cast<size_t>((j + 60) * 128 + i + 60); }
  void place(PlanePoint q, uint32_t point, Kind kind = kFixed) {
    const auto [i, j] = cell(q);
    cells_[slot(i, j)].push_back(static_cast<uint32_t>(places_.size()));
    places_.push_back(q);
    point_of_.push_back(point);
    kind_.push_back(kind);
  }
  void add_free(PlanePoint q, bool middle) { place(q, 0, middle ? kMiddle : kFree); }

  // True when no point lies nearer than `part` of the wanted spacing and q is in no hole.
  bool free(PlanePoint q, double part) const {
    const Vec p = rough_position(direction(q));
    const double scale = (1 + q.x * q.x + q.y * q.y) / (2 * double{length(p - kCentre)});
    const double r = part * double{spacing(p)} * scale;
    const auto [ci, cj] = cell(q);
    const int reach = static_cast<int>(r / kCell) + 1;
    for (int j = cj - reach; j <= cj + reach; ++j) {
      for (int i = ci - reach; i <= ci + reach; ++i) {
        if (std::abs(i) > 59 || std::abs(j) > 59) continue;
        for (const uint32_t k : cells_[slot(i, j)]) {
          const double dx = places_[k].x - q.x, dy = places_[k].y - q.y;
          if (dx * dx + dy * dy < r * r) return false;
        }
      }
    }
    return !in_hole(q);
  }

  bool in_hole(PlanePoint q) const {
    for (const auto& hole : holes_) {
      if (inside(hole, q)) return true;
    }
    return false;
  }

  std::vector<Triangle> cut(std::vector<Triangle> faces) const {
    std::erase_if(faces, [&](const Triangle& f) {
      const PlanePoint a = places_[f[0]], b = places_[f[1]], c = places_[f[2]];
      return in_hole({(a.x + b.x + c.x) / 3, (a.y + b.y + c.y) / 3});
    });
    return faces;
  }

  HeadMesh& mesh_;
  std::vector<std::vector<PlanePoint>> holes_;
  std::vector<PlanePoint> places_;
  std::vector<uint32_t> point_of_;
  std::vector<Kind> kind_;
  std::vector<std::vector<uint32_t>> cells_ = std::vector<std::vector<uint32_t>>(128 * 128);
};

// The rim of the nostril on the underside of the nose, and its wall going up behind it. s: 0 at the
// rim, 1 within.
std::vector<uint32_t> add_nostril(HeadMesh& mesh) {
  constexpr int kAround = 18;
  constexpr Vec kMiddle{8.0f, -45.8f, 104.0f};
  const Vec ahead = normalized({-2.6f, 4.2f, 8.0f}), aside = normalized({7.0f, 0.5f, 2.0f});
  struct Ring {
    float size, up, s;
  };
  constexpr std::array<Ring, 6> kRings{{{1.45f, 0, 0},
                                        {1.12f, 0.1f, 0},
                                        {0.97f, 0.7f, 0.85f},
                                        {0.9f, 2.2f, 1},
                                        {0.8f, 5, 1},
                                        {0.3f, 8, 1}}};
  std::vector<uint32_t> outer, previous;
  for (size_t k = 0; k < kRings.size(); ++k) {
    std::vector<uint32_t> ring;
    for (int i = 0; i < kAround; ++i) {
      const float a = 2 * kPi * static_cast<float>(i) / kAround;
      const float narrow = 1 - 0.25f * std::sin(a);  // towards the tip
      Point point;
      point.p = on_skin(kMiddle + kRings[k].size * (5.4f * std::sin(a) * ahead +
                                                    3.2f * narrow * std::cos(a) * aside));
      point.p += kRings[k].up * normalized({-0.15f, 1.0f, -0.55f});
      if (k > 1) point.part = Part::kNostril;
      point.s = kRings[k].s;
      ring.push_back(mesh.add(point));
    }
    if (k > 0) mesh.strip(previous, ring, true);
    if (k == 0) outer = ring;
    previous = ring;
  }
  Point end;
  end.part = Part::kNostril;
  end.s = 1;
  for (const uint32_t i : previous) end.p += (1.0f / kAround) * mesh.points[i].p;
  const uint32_t top = mesh.add(end);
  for (size_t i = 0; i < previous.size(); ++i) {
    mesh.triangles.push_back({top, previous[i], previous[(i + 1) % previous.size()]});
  }
  return outer;
}

}  // namespace

// eyes.cpp, mouth.cpp, bust.cpp: the rings; they return the one that the sheet meets.
std::vector<uint32_t> add_lid_rings(HeadMesh& mesh);
std::vector<uint32_t> add_lip_rings(HeadMesh& mesh);
std::vector<uint32_t> add_bust(HeadMesh& mesh);

void add_skin(HeadMesh& mesh) {
  Sheet sheet(mesh);
  sheet.fix_hole(add_lid_rings(mesh));
  sheet.fix_hole(add_lip_rings(mesh));
  sheet.extend_hole({-1.2, -0.5});
  sheet.fix_hole(add_bust(mesh));
  sheet.extend_hole({0, -1.5});
  sheet.fix_hole(add_nostril(mesh));
  sheet.spread_mid_line();
  sheet.spread();
  sheet.relax(5);
  sheet.finish();
}

}  // namespace flowtalk::face::builtin
