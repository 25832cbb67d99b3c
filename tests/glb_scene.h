// For tests: what a GLB shows at a moment, read after the specification and not after the writer.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/base/files.h"
#include "flowtalk/gltf/glb.h"

namespace flowtalk::tests {

using Point = std::array<double, 3>;

// A file with one animation.
class Scene {
 public:
  explicit Scene(const std::filesystem::path& path)
      : bytes_(load_file(path)), glb_(gltf::chunks_of(bytes_, path.string())) {}
  const Json& json() const { return glb_.json; }

  // All components of an accessor, one after the other.
  std::vector<double> values(const Json& place) const {
    const Json& entry = json()["accessors"][place.get<size_t>()];
    const std::map<std::string, size_t> widths{
        {"SCALAR", 1}, {"VEC3", 3}, {"VEC4", 4}, {"MAT4", 16}};
    const size_t width = widths.at(entry["type"]), count = entry["count"];
    const int type = entry["componentType"];
    std::vector<double> all(width * count, 0.0);
    if (entry.contains("bufferView")) all = read(entry["bufferView"], type, all.size());
    if (!entry.contains("sparse")) return all;
    const Json& sparse = entry["sparse"];
    const size_t moved = sparse["count"];
    const auto places =
        read(sparse["indices"]["bufferView"], sparse["indices"]["componentType"], moved);
    const auto rows = read(sparse["values"]["bufferView"], type, moved * width);
    for (size_t i = 0; i < moved; ++i) {
      EXPECT_TRUE(i == 0 || places[i] > places[i - 1]);
      for (size_t k = 0; k < width; ++k) {
        all.at(width * static_cast<size_t>(places[i]) + k) = rows[width * i + k];
      }
    }
    return all;
  }
  const Json* mesh_node(const std::string& name) const {
    for (const Json& node : json()["nodes"]) {
      if (node.contains("mesh") && node["name"] == name) return &node;
    }
    return nullptr;
  }
  // What a node's `path` is in key t; its rest if it is not moved. width: numbers of it.
  std::vector<double> animated(size_t node, const std::string& path, size_t t, size_t width,
                               std::vector<double> rest) const {
    if (!json().contains("animations")) return rest;
    const Json& animation = json()["animations"][0];
    for (const Json& channel : animation["channels"]) {
      if (channel["target"]["node"] != node || channel["target"]["path"] != path) continue;
      const Json& sampler = animation["samplers"][channel["sampler"].get<size_t>()];
      const auto all = values(sampler["output"]);
      EXPECT_EQ(all.size(), width * values(sampler["input"]).size());
      return {all.begin() + static_cast<int64_t>(width * t),
              all.begin() + static_cast<int64_t>(width * (t + 1))};
    }
    return rest;
  }
  // The vertices of a mesh in key t: morphs first, then joints.
  std::vector<Point> posed(const std::string& name, size_t t) const {
    const Json& node = *mesh_node(name);
    const Json& primitive = json()["meshes"][node["mesh"].get<size_t>()]["primitives"][0];
    auto points = values(primitive["attributes"]["POSITION"]);
    if (primitive.contains("targets")) {
      const Json& targets = primitive["targets"];
      const auto index = static_cast<size_t>(&node - &json()["nodes"][0]);
      const auto weights =
          animated(index, "weights", t, targets.size(), std::vector<double>(targets.size(), 0.0));
      for (size_t k = 0; k < targets.size(); ++k) {
        if (weights[k] == 0) continue;
        const auto offsets = values(targets[k]["POSITION"]);
        for (size_t i = 0; i < points.size(); ++i) points[i] += weights[k] * offsets[i];
      }
    }
    return skinned(points, primitive["attributes"], t);
  }

 private:
  struct Rigid {
    std::array<double, 9> r{1, 0, 0, 0, 1, 0, 0, 0, 1};
    Point t{};
  };
  static Point moved(const Rigid& m, const Point& p) {
    Point q = m.t;
    for (size_t i = 0; i < 3; ++i) {
      for (size_t k = 0; k < 3; ++k) q[i] += m.r[3 * i + k] * p[k];
    }
    return q;
  }
  std::vector<double> read(const Json& view, int type, size_t count) const {
    const Json& entry = json()["bufferViews"][view.get<size_t>()];
    const char* from = glb_.buffer.data() + entry["byteOffset"].get<size_t>();
    const size_t size = type == 5121 ? 1 : type == 5123 ? 2 : 4;
    EXPECT_EQ(entry["byteLength"], count * size);
    std::vector<double> values;
    for (size_t i = 0; i < count; ++i) {
      uint8_t byte = 0;
      uint16_t half = 0;
      uint32_t word = 0;
      float real = 0;
      if (type == 5121) std::memcpy(&byte, from + i, 1);
      if (type == 5123) std::memcpy(&half, from + 2 * i, 2);
      if (type == 5125) std::memcpy(&word, from + 4 * i, 4);
      if (type == 5126) std::memcpy(&real, from + 4 * i, 4);
      values.push_back(byte + half + word + static_cast<double>(real));
    }
    return values;
  }
  // What a joint does to points of the mesh in key t.
  Rigid joint(size_t node, size_t t) const {
    const Json& entry = json()["nodes"][node];
    const auto place =
        animated(node, "translation", t, 3, entry["translation"].get<std::vector<double>>());
    const auto q = animated(node, "rotation", t, 4, {0, 0, 0, 1});
    const double x = q[0], y = q[1], z = q[2], w = q[3];
    Rigid local{{1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
                 2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                 2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)},
                {place[0], place[1], place[2]}};
    for (size_t other = 0; other < json()["nodes"].size(); ++other) {
      const Json& parent = json()["nodes"][other];
      if (!parent.contains("children")) continue;
      for (const Json& child : parent["children"]) {
        if (child != node) continue;
        const Rigid above = joint(other, t);
        Rigid whole{{}, moved(above, local.t)};
        for (size_t i = 0; i < 3; ++i) {
          for (size_t j = 0; j < 3; ++j) {
            for (size_t k = 0; k < 3; ++k) {
              whole.r[3 * i + j] += above.r[3 * i + k] * local.r[3 * k + j];
            }
          }
        }
        return whole;
      }
    }
    return local;
  }
  std::vector<Point> skinned(const std::vector<double>& points, const Json& attributes,
                             size_t t) const {
    const Json& skin = json()["skins"][0];
    const auto inverse = values(skin["inverseBindMatrices"]);
    std::vector<Rigid> world;
    for (const Json& node : skin["joints"]) world.push_back(joint(node, t));
    const auto joints = values(attributes["JOINTS_0"]), shares = values(attributes["WEIGHTS_0"]);
    std::vector<Point> result;
    for (size_t v = 0; v < points.size() / 3; ++v) {
      Point sum{};
      for (size_t k = 4 * v; k < 4 * v + 4; ++k) {
        const auto j = static_cast<size_t>(joints[k]);
        const double* bind = inverse.data() + 16 * j;  // columns; no rotation in it
        const Point from{points[3 * v] + bind[12], points[3 * v + 1] + bind[13],
                         points[3 * v + 2] + bind[14]};
        const Point to = moved(world[j], from);
        for (size_t i = 0; i < 3; ++i) sum[i] += shares[k] * to[i];
      }
      result.push_back(sum);
    }
    return result;
  }

  std::string bytes_;
  gltf::GlbChunks glb_;
};

}  // namespace flowtalk::tests
