#include "flowtalk/face/builtin/triangulate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace flowtalk::face::builtin {
namespace {

double orient(PlanePoint a, PlanePoint b, PlanePoint c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// Positive when d lies inside the circle through a, b, c (counter-clockwise).
double in_circle(PlanePoint a, PlanePoint b, PlanePoint c, PlanePoint d) {
  const double ax = a.x - d.x, ay = a.y - d.y, bx = b.x - d.x, by = b.y - d.y;
  const double cx = c.x - d.x, cy = c.y - d.y;
  const double aa = ax * ax + ay * ay, bb = bx * bx + by * by, cc = cx * cx + cy * cy;
  return ax * (by * cc - bb * cy) - ay * (bx * cc - bb * cx) + aa * (bx * cy - by * cx);
}

class Delaunay {
 public:
  explicit Delaunay(const std::vector<PlanePoint>& points) : points_(points) {
    const auto n = static_cast<uint32_t>(points.size());
    constexpr double kFar = 1e4;
    points_.push_back({-kFar, -kFar});
    points_.push_back({kFar, -kFar});
    points_.push_back({0, kFar});
    faces_.push_back({{n, n + 1, n + 2}, {-1, -1, -1}, true});
    std::vector<uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0u);
    // Rows of cells, every other row reversed: neighbours in order are neighbours in the plane.
    const auto key = [&](uint32_t i) {
      const int row = static_cast<int>((points_[i].y + 2) * 10);
      const double x = row % 2 == 0 ? points_[i].x : -points_[i].x;
      return std::pair(row, x);
    };
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
    for (const uint32_t i : order) insert(i);
  }

  std::vector<std::array<uint32_t, 3>> triangles() const {
    const size_t n = points_.size() - 3;
    std::vector<std::array<uint32_t, 3>> out;
    for (const Face& f : faces_) {
      if (f.alive && f.v[0] < n && f.v[1] < n && f.v[2] < n) out.push_back(f.v);
    }
    return out;
  }

 private:
  struct Face {
    std::array<uint32_t, 3> v;
    std::array<int, 3> beside;  // the face across the edge v[i] v[i+1]
    bool alive;
  };
  struct Edge {
    uint32_t a, b;
    int outside;
  };

  Face& face(int i) { return faces_[static_cast<size_t>(i)]; }
  PlanePoint at(uint32_t i) const { return points_[i]; }

  int locate(PlanePoint p) {
    int f = last_;
    for (size_t step = 0; step < faces_.size(); ++step) {
      bool moved = false;
      for (size_t k = 0; k < 3 && !moved; ++k) {
        const Face& now = face(f);
        if (orient(at(now.v[k]), at(now.v[(k + 1) % 3]), p) < 0 && now.beside[k] >= 0) {
          f = now.beside[k];
          moved = true;
        }
      }
      if (!moved) break;
    }
    return f;
  }

  // Takes away the faces whose circle holds p, gathers the border of the hole.
  std::vector<Edge> hollow(int start, PlanePoint p) {
    std::vector<Edge> border;
    std::vector<int> open{start};
    face(start).alive = false;
    while (!open.empty()) {
      const int f = open.back();
      open.pop_back();
      for (size_t k = 0; k < 3; ++k) {
        const int g = face(f).beside[k];
        if (g >= 0 && !face(g).alive) continue;
        const auto& v = g >= 0 ? face(g).v : face(f).v;
        if (g >= 0 && in_circle(at(v[0]), at(v[1]), at(v[2]), p) > 0) {
          face(g).alive = false;
          open.push_back(g);
        } else {
          border.push_back({face(f).v[k], face(f).v[(k + 1) % 3], g});
        }
      }
    }
    return border;
  }

  void insert(uint32_t i) {
    const std::vector<Edge> border = hollow(locate(at(i)), at(i));
    const int first = static_cast<int>(faces_.size());
    for (size_t e = 0; e < border.size(); ++e) {
      const int self = first + static_cast<int>(e);
      faces_.push_back({{border[e].a, border[e].b, i}, {border[e].outside, -1, -1}, true});
      if (border[e].outside >= 0) {
        Face& g = face(border[e].outside);
        for (size_t k = 0; k < 3; ++k) {
          if (g.v[k] == border[e].b && g.v[(k + 1) % 3] == border[e].a) g.beside[k] = self;
        }
      }
    }
    for (size_t e = 0; e < border.size(); ++e) {
      for (size_t o = 0; o < border.size(); ++o) {
        if (border[o].a == border[e].b) {
          face(first + static_cast<int>(e)).beside[1] = first + static_cast<int>(o);
          face(first + static_cast<int>(o)).beside[2] = first + static_cast<int>(e);
        }
      }
    }
    last_ = first;
  }

  std::vector<PlanePoint> points_;
  std::vector<Face> faces_;
  int last_ = 0;
};

}  // namespace

std::vector<std::array<uint32_t, 3>> triangulate(const std::vector<PlanePoint>& points) {
  return Delaunay(points).triangles();
}

bool inside(const std::vector<PlanePoint>& polygon, PlanePoint p) {
  bool in = false;
  for (size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
    const PlanePoint a = polygon[i], b = polygon[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) in = !in;
  }
  return in;
}

}  // namespace flowtalk::face::builtin
