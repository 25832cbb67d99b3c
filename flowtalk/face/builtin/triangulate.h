// Delaunay triangulation of points in the plane (Bowyer and Watson).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace flowtalk::face::builtin {

struct PlanePoint {
  double x = 0, y = 0;
};

// Counter-clockwise triangles over all points; points must be distinct.
std::vector<std::array<uint32_t, 3>> triangulate(const std::vector<PlanePoint>& points);

bool inside(const std::vector<PlanePoint>& polygon, PlanePoint p);

}  // namespace flowtalk::face::builtin
