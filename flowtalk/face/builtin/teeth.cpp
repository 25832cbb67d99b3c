// Two rows of teeth with gums, and the tongue.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

struct RowOfTeeth {
  float front, bite, neck,
      half_width;               // z of the incisors, y of edge and gum line, arch half width
  std::array<float, 7> widths;  // mid-line to molar, mm along the arch
};

Vec on_arch(const RowOfTeeth& row, float distance, float inset, float y) {
  // An ellipse; the angle grows about evenly with the distance along it.
  const float a = distance / 34;
  const Vec out{std::sin(a), 0, std::cos(a)};
  return Vec{row.half_width * std::sin(a), y, row.front - 34 * (1 - std::cos(a))} - inset * out;
}

void add_row(HeadMesh& mesh, const RowOfTeeth& row) {
  const float up = row.neck > row.bite ? 1.0f : -1.0f;
  const float tall = std::abs(row.neck - row.bite);
  // Across a tooth from gum to edge and behind: share of the height, inset.
  constexpr std::array<float, 6> kRise{1.05f, 0.8f, 0.4f, 0.08f, 0.0f, 0.3f};
  constexpr std::array<float, 6> kInset{0.9f, 0.1f, 0.0f, 0.3f, 1.2f, 3.0f};
  std::vector<uint32_t> previous, gum_edge;
  float at = 0;
  for (size_t tooth = 0; tooth < row.widths.size(); ++tooth) {
    constexpr std::array<float, 5> kAcross{0, 0.1f, 0.5f, 0.9f, 1};
    for (size_t c = tooth == 0 ? 0 : 1; c < kAcross.size(); ++c) {
      const bool gap = c == 0 || c + 1 == kAcross.size();
      const float along = at + kAcross[c] * row.widths[tooth];
      std::vector<uint32_t> column;
      for (size_t k = 0; k < kRise.size(); ++k) {
        Point point;
        const float shrink = gap && (k == 3 || k == 4) ? 0.12f : 0.0f;
        // The lower row sinks towards the molars.
        const float sunk = up < 0 ? 3.0f * smooth(14, 40, along) : 0.0f;
        point.p = on_arch(row, along, kInset[k] + (gap ? 0.9f : 0.0f),
                          row.bite - sunk + up * tall * (kRise[k] + shrink));
        if (along == 0) point.p.x = 0;
        point.part = Part::kTeeth;
        point.side = static_cast<int8_t>(up);
        point.s = gap ? 1 : 0;
        point.t = kRise[k];
        column.push_back(mesh.add(point));
      }
      gum_edge.push_back(column[0]);
      if (!previous.empty()) {
        up > 0 ? mesh.strip(previous, column) : mesh.strip(column, previous);
      }
      previous = column;
    }
    at += row.widths[tooth];
  }
  // The gum swells over the necks of the teeth.
  std::vector<uint32_t> below;
  constexpr std::array<float, 4> kGumRise{-0.6f, 0.3f, 3.5f, 9.0f};
  constexpr std::array<float, 4> kGumOut{-0.6f, 0.6f, 0.9f, -1.0f};
  for (size_t k = 0; k < kGumRise.size(); ++k) {
    std::vector<uint32_t> line;
    for (const uint32_t i : gum_edge) {
      Point point = mesh.points[i];
      const Vec out = normalized({point.p.x, 0, 22});
      const float scallop = k < 2 ? 0.9f * point.s : 0.0f;  // the gum dips between teeth
      point.p += Vec{0, up * (kGumRise[k] - scallop), 0} + (kGumOut[k] + 0.9f * point.s) * out;
      if (mesh.points[i].p.x == 0) point.p.x = 0;
      point.part = Part::kGum;
      line.push_back(mesh.add(point));
    }
    if (!below.empty()) up > 0 ? mesh.strip(below, line) : mesh.strip(line, below);
    below = line;
  }
}

void add_tongue(HeadMesh& mesh, float front) {
  constexpr int kLong = 12, kWide = 8;
  std::vector<uint32_t> previous;
  for (int i = 0; i <= kLong; ++i) {
    const float u = static_cast<float>(i) / kLong;  // root to tip
    const float width =
        18.5f * std::sqrt(std::max(0.004f, 1 - std::pow(u, 3.5f))) * mix(0.9f, 1, u);
    const float tall = 7.0f * std::sqrt(std::max(0.004f, 1 - std::pow(u, 4.0f)));
    std::vector<uint32_t> row;
    for (int j = 0; j <= kWide; ++j) {
      const float a = kPi * static_cast<float>(j) / kWide;  // over the top, then below
      Point point;
      const float groove = 1.4f * bell(width * std::sin(a), 3) * smooth(1.0f, 0.6f, u);
      point.p = {width * std::sin(a), -80.0f + tall * std::cos(a) + 2.0f * std::sin(kPi * u),
                 mix(front - 54, front - 6.5f, u)};
      if (a < 1) point.p.y -= groove;
      if (j == 0 || j == kWide) point.p.x = 0;
      point.part = Part::kTongue;
      point.s = u;
      row.push_back(mesh.add(point));
    }
    if (!previous.empty()) mesh.strip(row, previous);
    previous = row;
  }
}

}  // namespace

void add_teeth_and_tongue(HeadMesh& mesh) {
  const float front = skin_from_front(0, kMouthY).z;
  add_row(
      mesh,
      {front - 7.0f, kMouthY - 3.0f, kMouthY + 7.2f, 25.5f, {8.5f, 6.6f, 7.4f, 6.8f, 6.6f, 7, 7}});
  add_row(
      mesh,
      {front - 9.5f, kMouthY - 2.4f, kMouthY - 11.0f, 23.5f, {5.6f, 6.0f, 6.8f, 7.0f, 7, 8, 8}});
  add_tongue(mesh, front - 9.5f);
}

}  // namespace flowtalk::face::builtin
