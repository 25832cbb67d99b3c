#include "flowtalk/face/flame.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/apart.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/flame_look.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/pickle.h"

namespace flowtalk::face {
namespace {

using formats::Array;
using tensor::Tensor;

constexpr int64_t kMaxVertices = 1'000'000;
constexpr int64_t kPoseRows = 9 * (flame::kJoints - 1);
constexpr double kWeightSlack = 1e-3;  // of a vertex's weights, whose sum should be 1

// Sizes of `array` against `expected`; -1 takes any size above 0.
void check_shape(const Array& array, const char* name, const tensor::Shape& expected,
                 const std::string& where) {
  bool fits = array.shape.size() == expected.size();
  std::string wanted;
  for (size_t i = 0; i < expected.size(); ++i) {
    wanted += (i > 0 ? ", " : "") + (expected[i] < 0 ? "N" : std::to_string(expected[i]));
    fits = fits && array.shape[i] > 0 && (expected[i] < 0 || array.shape[i] == expected[i]);
  }
  if (!fits) {
    fail("{}: {}: expected shape ({}), got {}", where, name, wanted,
         tensor::to_string(array.shape));
  }
}

Tensor numbers(const Array& array, const char* name, const std::string& where) {
  Tensor t = formats::to_tensor(array, where + ": " + name);
  for (int64_t i = 0; i < t.size(); ++i) {
    if (!std::isfinite(t[i])) fail("{}: {}: value {} is not finite", where, name, i);
  }
  return t;
}

// Components [first, first + count) of (V, 3, K) -> (count, V*3).
Tensor components(const Tensor& basis, int64_t first, int64_t count) {
  if (count == 0) return {};
  const int64_t width = basis.dim(2), values = basis.dim(0) * 3;
  Tensor out({count, values});
  constexpr int64_t kStrip = 16;  // output rows written at a time
  for (int64_t begin = 0; begin < count; begin += kStrip) {
    const int64_t end = std::min(count, begin + kStrip);
    for (int64_t i = 0; i < values; ++i) {
      for (int64_t k = begin; k < end; ++k) out[k * values + i] = basis[i * width + first + k];
    }
  }
  return out;
}

std::array<int, flame::kJoints> parents_of(const Array& table, const std::string& where) {
  check_shape(table, "kintree_table", {2, flame::kJoints}, where);
  const std::vector<int64_t> numbers = formats::to_int64(table, where + ": kintree_table");
  std::array<int, flame::kJoints> parents{};
  for (size_t j = 0; j < parents.size(); ++j) {
    const int64_t parent = numbers[j], joint = numbers[flame::kJoints + j];
    const bool root = parent == -1 || parent == int64_t{0xffffffff};
    const auto limit = static_cast<int64_t>(j);
    if (joint != limit || root != (j == 0) || (!root && (parent < 0 || parent >= limit))) {
      fail(
          "{}: kintree_table: joint {} with parent {} at place {}; expected the joints 0 to {} in "
          "order, each after its parent",
          where, joint, parent, j, flame::kJoints - 1);
    }
    parents[j] = root ? -1 : static_cast<int>(parent);
  }
  return parents;
}

std::vector<std::array<uint32_t, 3>> triangles_of(const Array& faces, int64_t vertices,
                                                  const std::string& where) {
  check_shape(faces, "f", {-1, 3}, where);
  const std::vector<int64_t> corners = formats::to_int64(faces, where + ": f");
  std::vector<std::array<uint32_t, 3>> triangles(corners.size() / 3);
  for (size_t i = 0; i < corners.size(); ++i) {
    if (corners[i] < 0 || corners[i] >= vertices) {
      fail("{}: f: triangle {} names vertex {} of {}", where, i / 3, corners[i], vertices);
    }
    triangles[i / 3][i % 3] = static_cast<uint32_t>(corners[i]);
  }
  return triangles;
}

Tensor skinning_of(const Array& weights, int64_t vertices, const std::string& where) {
  check_shape(weights, "weights", {vertices, flame::kJoints}, where);
  Tensor skinning = numbers(weights, "weights", where);
  for (int64_t v = 0; v < vertices; ++v) {
    double sum = 0;
    for (int64_t j = 0; j < flame::kJoints; ++j) sum += skinning[v * flame::kJoints + j];
    if (std::abs(sum - 1) > kWeightSlack) {
      fail("{}: weights: those of vertex {} sum to {}, expected 1", where, v, apart(sum, 1, 3));
    }
  }
  return skinning;
}

}  // namespace

Face make_flame(const FlameArrays& arrays, const std::string& where) {
  Face face;
  face.name = where;
  check_shape(arrays.v_template, "v_template", {-1, 3}, where);
  const int64_t vertices = arrays.v_template.shape[0];
  if (vertices > kMaxVertices) {
    fail("{}: v_template: {} vertices, at most {} are taken", where, vertices, kMaxVertices);
  }
  check_shape(arrays.shapedirs, "shapedirs", {vertices, 3, -1}, where);
  const int64_t known = arrays.shapedirs.shape[2];
  if (known > flame::kShape + flame::kExpression) {
    fail("{}: shapedirs: {} components, expected at most {} (300 of shape, 100 of expression)",
         where, known, flame::kShape + flame::kExpression);
  }
  check_shape(arrays.posedirs, "posedirs", {vertices, 3, kPoseRows}, where);
  check_shape(arrays.J_regressor, "J_regressor", {flame::kJoints, vertices}, where);
  face.rest = numbers(arrays.v_template, "v_template", where).clone();
  {
    const Tensor shapes = numbers(arrays.shapedirs, "shapedirs", where);
    const int64_t of_shape = std::min(known, flame::kShape);
    face.shape_basis = components(shapes, 0, of_shape);
    face.expression_basis = components(shapes, of_shape, known - of_shape);
  }
  face.pose_basis = components(numbers(arrays.posedirs, "posedirs", where), 0, kPoseRows);
  face.joint_regressor = numbers(arrays.J_regressor, "J_regressor", where).clone();
  face.skinning = skinning_of(arrays.weights, vertices, where).clone();
  face.parents = parents_of(arrays.kintree_table, where);
  face.triangles = triangles_of(arrays.f, vertices, where);
  dress(face);
  return face;
}

Face load_flame(const std::filesystem::path& path) {
  const formats::Value file = formats::read_as(
      path, "pickle", "a face: builtin, or a FLAME model such as generic_model.pkl",
      [&] { return formats::load_pickle(path); });
  const auto array = [&](const char* key) {
    const auto value = file.find(key);
    if (!value) {
      fail("{}: not a FLAME model: no '{}' in {}", path.string(), key, file.describe());
    }
    return formats::dense_array(*value, path.string() + ": " + key);
  };
  return make_flame({.v_template = array("v_template"),
                     .shapedirs = array("shapedirs"),
                     .posedirs = array("posedirs"),
                     .J_regressor = array("J_regressor"),
                     .weights = array("weights"),
                     .f = array("f"),
                     .kintree_table = array("kintree_table")},
                    path.string());
}

}  // namespace flowtalk::face
