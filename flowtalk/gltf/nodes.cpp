#include "flowtalk/gltf/nodes.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::gltf {
namespace {

template <size_t N>
bool take(const Entry& entry, const char* key, std::array<double, N>& into) {
  const auto values = entry.numbers(key);
  if (values.empty()) return false;
  if (values.size() != N) {
    fail("{}: {}: expected {} numbers, got {}", entry.where(), key, N, values.size());
  }
  std::ranges::copy(values, into.begin());
  return true;
}

Node node_of(const Document& document, const Entry& entry) {
  Node node;
  node.name = entry.text("name");
  node.mesh = entry.index("mesh", document.root().size("meshes"));
  node.skin = entry.index("skin", document.root().size("skins"));
  node.weights = entry.numbers("weights");
  node.is_matrix = take(entry, "matrix", node.local);
  if (node.is_matrix) {
    node.local[3] = node.local[7] = node.local[11] = 0;
    node.local[15] = 1;
    node.placed = placed_of(node.local);
    return node;
  }
  take(entry, "translation", node.placed.translation);
  take(entry, "scale", node.placed.scale);
  Quaternion& q = node.placed.rotation;
  if (take(entry, "rotation", q)) {
    const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    if (!(length > 0)) q = {0, 0, 0, 1};
    if (length > 0) {
      for (double& x : q) x /= length;
    }
  }
  node.local = matrix_of(node.placed);
  return node;
}

void adopt(const Document& document, Nodes& nodes, std::vector<std::vector<size_t>>& children) {
  const Entry root = document.root();
  for (size_t i = 0; i < nodes.all.size(); ++i) {
    children[i] = root.item("nodes", i).indices("children", nodes.all.size());
    for (const size_t child : children[i]) {
      if (nodes.all[child].parent >= 0)
        fail("{}: node {} has two parents", document.where(), child);
      nodes.all[child].parent = static_cast<int>(i);
    }
  }
}

}  // namespace

Matrix4 product(const Matrix4& a, const Matrix4& b) {
  Matrix4 c{};
  for (size_t column = 0; column < 4; ++column) {
    for (size_t k = 0; k < 4; ++k) {
      for (size_t row = 0; row < 4; ++row)
        c[4 * column + row] += a[4 * k + row] * b[4 * column + k];
    }
  }
  return c;
}

std::optional<Matrix4> inverse(const Matrix4& m) {
  const auto at = [&](size_t row, size_t column) { return m[4 * column + row]; };
  Matrix4 r = kIdentity;
  const auto minor = [&](size_t row, size_t column) {  // signed, by going round
    const size_t r1 = (row + 1) % 3, r2 = (row + 2) % 3, c1 = (column + 1) % 3,
                 c2 = (column + 2) % 3;
    return at(r1, c1) * at(r2, c2) - at(r1, c2) * at(r2, c1);
  };
  const double volume = at(0, 0) * minor(0, 0) + at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2);
  if (!(std::abs(volume) > 1e-18)) return std::nullopt;
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) r[4 * column + row] = minor(column, row) / volume;
  }
  for (size_t row = 0; row < 3; ++row) {
    r[12 + row] = -(r[row] * m[12] + r[4 + row] * m[13] + r[8 + row] * m[14]);
  }
  return r;
}

Matrix4 matrix_of(const Placed& placed) {
  const auto& [x, y, z, w] = placed.rotation;
  const std::array<double, 9> columns{
      1 - 2 * (y * y + z * z), 2 * (x * y + z * w),     2 * (x * z - y * w),
      2 * (x * y - z * w),     1 - 2 * (x * x + z * z), 2 * (y * z + x * w),
      2 * (x * z + y * w),     2 * (y * z - x * w),     1 - 2 * (x * x + y * y)};
  Matrix4 m = kIdentity;
  for (size_t column = 0; column < 3; ++column) {
    for (size_t row = 0; row < 3; ++row) {
      m[4 * column + row] = columns[3 * column + row] * placed.scale[column];
    }
    m[12 + column] = placed.translation[column];
  }
  return m;
}

Placed placed_of(const Matrix4& m) {
  Placed placed;
  std::array<double, 9> r{};  // columns
  for (size_t column = 0; column < 3; ++column) {
    placed.translation[column] = m[12 + column];
    const double* from = &m[4 * column];
    double length = std::sqrt(from[0] * from[0] + from[1] * from[1] + from[2] * from[2]);
    placed.scale[column] = length;
    for (size_t row = 0; row < 3; ++row) {
      r[3 * column + row] = length > 0 ? from[row] / length : (row == column ? 1.0 : 0.0);
    }
  }
  const double volume = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[3] * (r[1] * r[8] - r[2] * r[7]) +
                        r[6] * (r[1] * r[5] - r[2] * r[4]);
  if (volume < 0) {  // a mirror image
    placed.scale[0] = -placed.scale[0];
    for (size_t row = 0; row < 3; ++row) r[row] = -r[row];
  }
  // Of the four, the one that is largest is found first.
  const std::array<double, 4> squares{1 + r[0] - r[4] - r[8], 1 - r[0] + r[4] - r[8],
                                      1 - r[0] - r[4] + r[8], 1 + r[0] + r[4] + r[8]};
  const auto best = static_cast<size_t>(std::ranges::max_element(squares) - squares.begin());
  const double twice = std::sqrt(std::max(squares[best], 1e-12)), part = 0.5 / twice;
  const double yz = r[5] - r[7], zx = r[6] - r[2], xy = r[1] - r[3];
  const double sxy = r[1] + r[3], sxz = r[2] + r[6], syz = r[5] + r[7];
  const std::array<Quaternion, 4> ways{Quaternion{0.5 * twice, sxy * part, sxz * part, yz * part},
                                       Quaternion{sxy * part, 0.5 * twice, syz * part, zx * part},
                                       Quaternion{sxz * part, syz * part, 0.5 * twice, xy * part},
                                       Quaternion{yz * part, zx * part, xy * part, 0.5 * twice}};
  placed.rotation = ways[best];
  return placed;
}

std::vector<Matrix4> Nodes::placed_in(const Matrix4& world) const {
  std::vector<Matrix4> result(all.size());
  for (const size_t i : order) {
    const int parent = all[i].parent;
    result[i] = product(parent < 0 ? world : result[static_cast<size_t>(parent)], all[i].local);
  }
  return result;
}

Nodes nodes_of(const Document& document) {
  const Entry root = document.root();
  Nodes nodes;
  const size_t count = root.size("nodes");
  for (size_t i = 0; i < count; ++i) nodes.all.push_back(node_of(document, root.item("nodes", i)));
  std::vector<std::vector<size_t>> children(count);
  adopt(document, nodes, children);
  for (size_t i = 0; i < count; ++i) {
    if (nodes.all[i].parent < 0) nodes.order.push_back(i);
  }
  for (size_t i = 0; i < nodes.order.size(); ++i) {
    const auto& more = children[nodes.order[i]];
    nodes.order.insert(nodes.order.end(), more.begin(), more.end());
  }
  if (nodes.order.size() != count) fail("{}: nodes that hang on themselves", document.where());
  // A file without a scene shows all.
  const size_t scenes = root.size("scenes");
  nodes.shown.assign(count, scenes == 0);
  if (scenes == 0) return nodes;
  const Entry scene = root.item("scenes", root.index("scene", scenes).value_or(0));
  for (const size_t i : scene.indices("nodes", count)) nodes.shown[i] = true;
  for (const size_t i : nodes.order) {
    const int parent = nodes.all[i].parent;
    if (parent >= 0 && nodes.shown[static_cast<size_t>(parent)]) nodes.shown[i] = true;
  }
  return nodes;
}

}  // namespace flowtalk::gltf
