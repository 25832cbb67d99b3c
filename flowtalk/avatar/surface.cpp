#include "flowtalk/avatar/surface.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "flowtalk/base/error.h"

namespace flowtalk::avatar {
namespace {

using gltf::Document;
using gltf::Entry;

constexpr size_t kMostRowsRead = 8 * kMostVertices;  // of all primitives, which may share arrays
constexpr size_t kMostMoved = 200'000'000;           // rows of all targets that are read
constexpr float kMoves = 1e-7f, kFar = 1e6f;         // in the file's units
constexpr size_t kTriangles = 4;

// What is in a name.
bool says(const std::string& name, std::initializer_list<std::string_view> words) {
  std::string small;
  for (const char c : name) small += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::ranges::any_of(words, [&](auto word) { return small.find(word) != small.npos; });
}

// By the names of a mesh, or of its node, and of its material: how light falls on it.
face::Material kind_of(const std::string& name, bool moves) {
  using enum face::Material;
  if (says(name, {"lash", "brow"})) return kLash;
  if (says(name, {"teeth", "tooth"})) return kTeeth;
  if (says(name, {"tongue"})) return kTongue;
  if (says(name, {"hair"})) return kHair;
  if (says(name, {"eye", "cornea", "iris", "sclera"}) && !says(name, {"glass", "line"})) {
    return kEyeball;
  }
  return moves || says(name, {"skin", "head", "face", "body"}) ? kSkin : kCloth;
}

class Reader {
 public:
  Reader(const Document& document, const gltf::Nodes& nodes, const Vrm& vrm,
         const std::vector<MeshTargets>& targets, const Rig& rig)
      : document_(document),
        root_(document.root()),
        nodes_(nodes),
        vrm_(vrm),
        targets_(targets),
        rig_(rig),
        world_(nodes.placed_in(gltf::kIdentity)) {
    out_.first.push_back(0);
    out_.morphs.resize(rig.targets.size());
  }

  Surface read() {
    for (size_t i = 0; i < nodes_.all.size(); ++i) {
      const gltf::Node& node = nodes_.all[i];
      const auto in = [](const std::vector<size_t>& list, size_t x) {
        return std::ranges::find(list, x) != list.end();
      };
      if (!node.mesh || !nodes_.shown[i]) continue;
      if (in(vrm_.hidden, i) || in(vrm_.hidden_meshes, *node.mesh)) continue;
      read_mesh(i, *node.mesh);
    }
    if (out_.triangles.empty()) fail("{}: shows no triangles", document_.where());
    return std::move(out_);
  }

 private:
  // A mesh as a node shows it.
  struct Mesh {
    size_t mesh, node;
    size_t first_hook, hooks;    // in all_hooks
    std::vector<float> weights;  // of its targets, at rest
  };

  std::vector<float> weights_of(size_t node, size_t mesh) const {
    return weights_at_rest(nodes_.all[node], targets_[mesh]);
  }

  void read_mesh(size_t node, size_t mesh) {
    const Entry entry = root_.item("meshes", mesh);
    const std::string own = entry.text("name"), name = own.empty() ? name_of(node) : own;
    const size_t first_hook = out_.all_hooks.size();
    const size_t hooks = add_hooks(node);
    const Mesh from{mesh, node, first_hook, hooks, weights_of(node, mesh)};
    for (size_t i = 0; i < entry.size("primitives"); ++i) {
      const Entry primitive = entry.item("primitives", i);
      const size_t mode = primitive.number_up_to("mode", 6, kTriangles);
      if (mode < kTriangles) continue;  // points and lines
      if (mode > kTriangles) {
        fail("{}: strips or fans of triangles; save it with triangles", primitive.where());
      }
      read_primitive(primitive, name, from);
    }
  }

  // A node's, or that of the one above it: packing programs drop the names of meshes and put them
  // below nodes that have some.
  const std::string& name_of(size_t node) const {
    const gltf::Node& at = nodes_.all[node];
    return at.name.empty() && at.parent >= 0 ? nodes_.all[static_cast<size_t>(at.parent)].name
                                             : at.name;
  }

  size_t add_hooks(size_t node) {
    const auto skin = nodes_.all[node].skin;
    if (!skin) {
      out_.all_hooks.push_back({node});
      return 1;
    }
    const Entry entry = root_.item("skins", *skin);
    const auto joints = entry.indices("joints", nodes_.all.size());
    if (joints.empty()) fail("{}: has no joints", entry.where());
    std::vector<float> inverse;
    if (const auto accessor = entry.index("inverseBindMatrices", root_.size("accessors"))) {
      inverse = document_.floats(*accessor, "m", document_.rows(*accessor));
      if (inverse.size() < 16 * joints.size()) {
        fail("{}: {} joints, but {} matrices", entry.where(), joints.size(), inverse.size() / 16);
      }
    }
    if (out_.all_hooks.size() + joints.size() > kMostVertices) {
      fail("{}: more joints than are read", entry.where());
    }
    for (size_t j = 0; j < joints.size(); ++j) {
      Hook& hook = out_.all_hooks.emplace_back(Hook{joints[j]});
      if (!inverse.empty())
        std::copy_n(inverse.begin() + static_cast<std::ptrdiff_t>(16 * j), 16,
                    hook.inverse.begin());
    }
    return joints.size();
  }

  std::optional<size_t> attribute(const Entry& primitive, const char* name) const {
    return primitive.object("attributes").index(name, root_.size("accessors"));
  }

  void read_primitive(const Entry& primitive, const std::string& names, const Mesh& from) {
    const auto position = attribute(primitive, "POSITION");
    if (!position) return;
    const size_t rows = document_.rows(*position);
    rows_read_ += rows;
    if (rows > kMostVertices || rows_read_ > kMostRowsRead) too_large();
    const size_t first_triangle = out_.triangles.size();
    const auto used = add_triangles(primitive, rows);
    if (used.empty()) return;
    const size_t before = out_.vertices();
    if (before + used.size() > kMostVertices) too_large();
    std::vector<float> places = document_.floats(*position, "3", rows);
    add_still_targets(primitive, from, places);
    append(places, used, 3, out_.places);
    add_looks(primitive, names, from.mesh, rows, used);
    add_hanging(primitive, from, rows, used);
    if (before < out_.vertices() && is_mirrored(before)) turn_triangles(first_triangle);
    for (size_t i = 0; i < rig_.targets.size(); ++i) {
      if (rig_.targets[i].mesh == from.mesh) add_morph(primitive, i, rows, before, used);
    }
  }

  // Whether what a vertex hangs on most makes a mirror image of it, at rest.
  bool is_mirrored(size_t vertex) const {
    const auto first = out_.shares.begin() + out_.first[vertex],
               last = out_.shares.begin() + out_.first[vertex + 1];
    const auto most = std::max_element(first, last) - out_.shares.begin();
    const Hook& hook = out_.all_hooks[out_.hooks[static_cast<size_t>(most)]];
    const gltf::Matrix4 m = gltf::product(world_[hook.node], hook.inverse);
    const auto minor = [&](size_t a, size_t b) { return m[a] * m[b + 4] - m[b] * m[a + 4]; };
    return m[8] * minor(1, 2) - m[9] * minor(0, 2) + m[10] * minor(0, 1) < 0;
  }

  // Fronts are where the corners go round against the clock, also in a mirror.
  void turn_triangles(size_t first) {
    for (size_t i = first; i < out_.triangles.size(); ++i) {
      std::swap(out_.triangles[i][1], out_.triangles[i][2]);
    }
  }

  [[noreturn]] void too_large() const {
    fail("{}: more than {} vertices; make its meshes simpler, for instance by Blender's Decimate",
         document_.where(), kMostVertices);
  }

  // The rows that its triangles use, in the order of their new numbers.
  std::vector<uint32_t> add_triangles(const Entry& primitive, size_t rows) {
    std::vector<uint32_t> corners;
    if (const auto indices = primitive.index("indices", root_.size("accessors"))) {
      corners = document_.whole_numbers(*indices, 1, document_.rows(*indices));
    } else {
      corners.resize(rows);
      std::iota(corners.begin(), corners.end(), 0u);
    }
    corners_read_ += corners.size();
    if (corners_read_ > kMostRowsRead) too_large();
    constexpr uint32_t kNone = UINT32_MAX;
    std::vector<uint32_t> number(rows, kNone), used;
    const auto before = static_cast<uint32_t>(out_.vertices());
    for (size_t i = 0; i + 3 <= corners.size(); i += 3) {
      std::array<uint32_t, 3> triangle{};
      for (size_t k = 0; k < 3; ++k) {
        const uint32_t row = corners[i + k];
        if (row >= rows) fail("{}: a triangle beyond its vertices", primitive.where());
        if (number[row] == kNone) {
          number[row] = static_cast<uint32_t>(used.size());
          used.push_back(row);
        }
        triangle[k] = before + number[row];
      }
      out_.triangles.push_back(triangle);
    }
    return used;
  }

  template <class T>
  static void append(const std::vector<T>& rows, const std::vector<uint32_t>& used, size_t width,
                     std::vector<T>& out) {
    for (const uint32_t row : used) {
      const auto from = rows.begin() + static_cast<std::ptrdiff_t>(row * width);
      out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(width));
    }
  }

  std::vector<float> target_rows(const Entry& primitive, size_t place, size_t rows) {
    if (place >= primitive.size("targets")) return {};
    const auto accessor =
        primitive.item("targets", place).index("POSITION", root_.size("accessors"));
    if (!accessor) return {};
    moved_ += rows;
    if (moved_ > kMostMoved) fail("{}: more morph targets than are read", document_.where());
    std::vector<float> offsets = document_.floats(*accessor, "3", rows);
    if (std::ranges::any_of(offsets, [](float x) { return std::abs(x) > kFar; })) {
      fail("{}: targets {}: moves vertices too far away; is the file damaged?", primitive.where(),
           place);
    }
    return offsets;
  }

  // Those that nothing drives, as the file has them at rest.
  void add_still_targets(const Entry& primitive, const Mesh& from, std::vector<float>& places) {
    for (size_t i = 0; i < from.weights.size(); ++i) {
      const auto same = [&](const Target& t) { return t.mesh == from.mesh && t.place == i; };
      if (from.weights[i] == 0 || std::ranges::any_of(rig_.targets, same)) continue;
      const auto offsets = target_rows(primitive, i, places.size() / 3);
      for (size_t k = 0; k < offsets.size(); ++k) places[k] += from.weights[i] * offsets[k];
    }
  }

  void add_morph(const Entry& primitive, size_t target, size_t rows, size_t before,
                 const std::vector<uint32_t>& used) {
    const auto offsets = target_rows(primitive, rig_.targets[target].place, rows);
    if (offsets.empty()) return;
    Surface::Morph& morph = out_.morphs[target];
    for (size_t i = 0; i < used.size(); ++i) {
      const float* from = &offsets[3 * size_t{used[i]}];
      if (std::max({std::abs(from[0]), std::abs(from[1]), std::abs(from[2])}) <= kMoves) continue;
      morph.vertices.push_back(static_cast<uint32_t>(before + i));
      morph.offsets.insert(morph.offsets.end(), from, from + 3);
    }
  }

  void add_looks(const Entry& primitive, const std::string& names, size_t mesh, size_t rows,
                 const std::vector<uint32_t>& used) {
    std::vector<float> normals(3 * rows, 0.0f);
    if (const auto at = attribute(primitive, "NORMAL")) normals = document_.floats(*at, "3", rows);
    append(normals, used, 3, out_.normals);
    const size_t materials = root_.size("materials");
    const size_t material = primitive.index("material", materials).value_or(materials);
    out_.material.insert(out_.material.end(), used.size(), static_cast<uint32_t>(material));
    const std::string name =
        names + " " + (material < materials ? root_.item("materials", material).text("name") : "");
    const bool moves = std::ranges::any_of(rig_.targets, [&](auto& t) { return t.mesh == mesh; });
    out_.kind.insert(out_.kind.end(), used.size(), kind_of(name, moves));
    std::array<std::vector<float>, 2> uv;
    for (size_t set = 0; set < 2; ++set) {
      const auto at = attribute(primitive, set == 0 ? "TEXCOORD_0" : "TEXCOORD_1");
      if (at) uv[set] = document_.floats(*at, "2", rows);
    }
    std::vector<float> colours;
    const auto coloured = attribute(primitive, "COLOR_0");
    const size_t width = coloured ? document_.width(*coloured) : 4;
    if (coloured) colours = document_.floats(*coloured, "34", rows);
    for (const size_t row : used) {
      std::array<float, 4> colour{1, 1, 1, 1};
      if (coloured) std::copy_n(&colours[width * row], width, colour.begin());
      for (float& x : colour) x = std::clamp(x, 0.0f, 1.0f);
      out_.colours.push_back(colour);
      auto& place = out_.uv.emplace_back();
      for (size_t set = 0; set < 2; ++set) {
        if (!uv[set].empty()) std::copy_n(&uv[set][2 * row], 2, place[set].begin());
      }
    }
  }

  void add_hanging(const Entry& primitive, const Mesh& from, size_t rows,
                   const std::vector<uint32_t>& used) {
    const bool skinned = nodes_.all[from.node].skin.has_value();  // joints are of nothing else
    std::array<std::vector<uint32_t>, 2> joints;
    std::array<std::vector<float>, 2> shares;
    for (size_t set = 0; set < 2 && skinned; ++set) {
      const auto at = attribute(primitive, set == 0 ? "JOINTS_0" : "JOINTS_1");
      const auto by = attribute(primitive, set == 0 ? "WEIGHTS_0" : "WEIGHTS_1");
      if (!at || !by) continue;
      joints[set] = document_.whole_numbers(*at, 4, rows);
      shares[set] = document_.floats(*by, "4", rows);
    }
    for (const size_t row : used) {
      const size_t before = out_.hooks.size();
      float sum = 0;
      for (size_t k = 0; k < 8; ++k) {
        if (joints[k / 4].empty()) continue;
        const float share = shares[k / 4][4 * row + k % 4];
        if (!(share > 0)) continue;
        const size_t joint = joints[k / 4][4 * row + k % 4];
        if (joint >= from.hooks) fail("{}: hangs on a joint that is not there", primitive.where());
        out_.hooks.push_back(static_cast<uint32_t>(from.first_hook + joint));
        out_.shares.push_back(share);
        sum += share;
      }
      if (before == out_.hooks.size()) {
        out_.hooks.push_back(static_cast<uint32_t>(from.first_hook));
        out_.shares.push_back(1);
        sum = 1;
      }
      for (size_t k = before; k < out_.shares.size(); ++k) out_.shares[k] /= sum;
      out_.first.push_back(static_cast<uint32_t>(out_.hooks.size()));
    }
  }

  const Document& document_;
  Entry root_;
  const gltf::Nodes& nodes_;
  const Vrm& vrm_;
  const std::vector<MeshTargets>& targets_;
  const Rig& rig_;
  std::vector<gltf::Matrix4> world_;  // of nodes, at rest
  Surface out_;
  size_t rows_read_ = 0, corners_read_ = 0, moved_ = 0;
};

// Rows of a table that have a number, in its order.
template <class T>
std::vector<T> kept_rows(const std::vector<T>& rows, const std::vector<uint32_t>& kept,
                         size_t width) {
  std::vector<T> out;
  out.reserve(kept.size() * width);
  for (const size_t row : kept) {
    for (size_t k = 0; k < width; ++k) out.push_back(rows[row * width + k]);
  }
  return out;
}

}  // namespace

Surface surface_of(const Document& document, const gltf::Nodes& nodes, const Vrm& vrm,
                   const std::vector<MeshTargets>& targets, const Rig& rig) {
  return Reader(document, nodes, vrm, targets, rig).read();
}

void cut(Surface& surface, const std::vector<bool>& keep) {
  constexpr uint32_t kGone = UINT32_MAX;
  std::vector<uint32_t> number(surface.vertices(), kGone), kept;
  std::vector<std::array<uint32_t, 3>> triangles;
  for (size_t i = 0; i < surface.triangles.size(); ++i) {
    if (!keep[i]) continue;
    auto& triangle = triangles.emplace_back(surface.triangles[i]);
    for (uint32_t& v : triangle) {
      if (number[v] == kGone) {
        number[v] = static_cast<uint32_t>(kept.size());
        kept.push_back(v);
      }
      v = number[v];
    }
  }
  surface.triangles = std::move(triangles);
  std::vector<uint32_t> first{0}, hooks;
  std::vector<float> shares;
  for (const uint32_t v : kept) {
    for (uint32_t k = surface.first[v]; k < surface.first[v + 1]; ++k) {
      hooks.push_back(surface.hooks[k]);
      shares.push_back(surface.shares[k]);
    }
    first.push_back(static_cast<uint32_t>(hooks.size()));
  }
  surface.first = std::move(first);
  surface.hooks = std::move(hooks);
  surface.shares = std::move(shares);
  surface.places = kept_rows(surface.places, kept, 3);
  surface.normals = kept_rows(surface.normals, kept, 3);
  surface.material = kept_rows(surface.material, kept, 1);
  surface.colours = kept_rows(surface.colours, kept, 1);
  surface.uv = kept_rows(surface.uv, kept, 1);
  surface.kind = kept_rows(surface.kind, kept, 1);
  for (Surface::Morph& morph : surface.morphs) {
    Surface::Morph left;
    for (size_t i = 0; i < morph.vertices.size(); ++i) {
      const uint32_t v = number[morph.vertices[i]];
      if (v == kGone) continue;
      left.vertices.push_back(v);
      left.offsets.insert(left.offsets.end(), &morph.offsets[3 * i], &morph.offsets[3 * i] + 3);
    }
    morph = std::move(left);
  }
}

void pose(const Surface& surface, std::span<const float> weights,
          const std::vector<gltf::Matrix4>& world, std::span<float> out) {
  std::vector<float> places = surface.places;
  for (size_t i = 0; i < surface.morphs.size(); ++i) {
    if (weights[i] == 0) continue;
    const auto& [vertices, offsets] = surface.morphs[i];
    for (size_t k = 0; k < vertices.size(); ++k) {
      for (size_t c = 0; c < 3; ++c) places[3 * vertices[k] + c] += weights[i] * offsets[3 * k + c];
    }
  }
  std::vector<std::array<float, 12>> moves;  // rows
  moves.reserve(surface.all_hooks.size());
  for (const Hook& hook : surface.all_hooks) {
    const gltf::Matrix4 m = gltf::product(world[hook.node], hook.inverse);
    auto& move = moves.emplace_back();
    for (size_t row = 0; row < 3; ++row) {
      for (size_t column = 0; column < 4; ++column) {
        move[4 * row + column] = static_cast<float>(m[4 * column + row]);
      }
    }
  }
  for (size_t v = 0; v < surface.vertices(); ++v) {
    const float* p = &places[3 * v];
    float sum[3] = {0, 0, 0};
    for (uint32_t k = surface.first[v]; k < surface.first[v + 1]; ++k) {
      const auto& m = moves[surface.hooks[k]];
      for (size_t c = 0; c < 3; ++c) {
        sum[c] += surface.shares[k] *
                  (m[4 * c] * p[0] + m[4 * c + 1] * p[1] + m[4 * c + 2] * p[2] + m[4 * c + 3]);
      }
    }
    std::copy_n(sum, 3, &out[3 * v]);
  }
}

}  // namespace flowtalk::avatar
