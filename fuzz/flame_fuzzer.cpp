// face/flame: a small valid model in which some numbers, sizes and types are changed is refused or
// becomes a face whose parts fit each other.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cmath>

#include "flowtalk/face/flame.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

constexpr int64_t kVertices = 6, kJoints = flame::kJoints, kShapes = 302;

struct Part {
  tensor::Shape shape;
  std::vector<double> values;
};

Part filled(tensor::Shape shape, double value) {
  const auto size = static_cast<size_t>(tensor::count(shape));
  return {std::move(shape), std::vector<double>(size, value)};
}

// v_template, shapedirs, posedirs, J_regressor, weights, f, kintree_table.
std::array<Part, 7> valid_model() {
  std::array<Part, 7> parts = {filled({kVertices, 3}, 0.5),
                               filled({kVertices, 3, kShapes}, 0.01),
                               filled({kVertices, 3, 9 * (kJoints - 1)}, 0.01),
                               filled({kJoints, kVertices}, 1.0 / kVertices),
                               filled({kVertices, kJoints}, 1.0 / kJoints),
                               Part{{2, 3}, {0, 1, 2, 3, 4, 5}},
                               Part{{2, kJoints}, {-1, 0, 1, 1, 1, 0, 1, 2, 3, 4}}};
  return parts;
}

void change(Part& part, FuzzedDataProvider& input) {
  if (input.ConsumeBool() && !part.shape.empty()) {
    const auto axis = input.ConsumeIntegralInRange<size_t>(0, part.shape.size() - 1);
    part.shape[axis] = input.ConsumeIntegralInRange<int64_t>(0, 12);
    if (part.shape.size() < 4 && input.ConsumeBool())
      part.shape.push_back(input.ConsumeIntegralInRange<int64_t>(0, 2));
    part.values.resize(static_cast<size_t>(tensor::count(part.shape)), 0.5);
  } else if (!part.values.empty()) {
    const auto at = input.ConsumeIntegralInRange<size_t>(0, part.values.size() - 1);
    part.values[at] = input.ConsumeBool() ? input.ConsumeFloatingPoint<double>()
                                          : input.ConsumeIntegralInRange(-2, 7);
  }
}

// As doubles, or as a narrower type where the values fit it.
formats::Array array_of(const Part& part, FuzzedDataProvider& input) {
  if (input.ConsumeBool()) return formats::make_array(part.shape, part.values);
  std::vector<int32_t> whole;
  for (const double value : part.values) {
    if (!(std::abs(value) < 1e9)) return formats::make_array(part.shape, part.values);
    whole.push_back(static_cast<int32_t>(value));
  }
  return formats::make_array(part.shape, whole);
}

void check_face(const face::Face& face) {
  const int64_t vertices = face.vertex_count();
  if (face.rest.shape() != tensor::Shape{vertices, 3}) fuzz::finding("rest of another shape");
  if (face.skinning.shape() != tensor::Shape{vertices, kJoints}) fuzz::finding("skinning");
  for (const auto& triangle : face.triangles) {
    for (const uint32_t corner : triangle) {
      if (corner >= vertices) fuzz::finding("a triangle beyond the vertices");
    }
  }
  for (size_t j = 0; j < face.parents.size(); ++j) {
    if (face.parents[j] >= static_cast<int>(j)) fuzz::finding("a joint before its parent");
  }
  for (const auto* list : {&face.regions.lips, &face.lips.upper, &face.lips.lower}) {
    for (const uint32_t vertex : *list) {
      if (vertex >= vertices) fuzz::finding("a region beyond the vertices");
    }
  }
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  FuzzedDataProvider input(data, size);
  std::array<Part, 7> parts = valid_model();
  const int changes = input.ConsumeIntegralInRange(0, 6);
  for (int i = 0; i < changes; ++i) {
    change(parts[input.ConsumeIntegralInRange<size_t>(0, parts.size() - 1)], input);
  }
  std::array<formats::Array, 7> arrays;
  for (size_t i = 0; i < parts.size(); ++i) arrays[i] = array_of(parts[i], input);
  fuzz::accepts([&] {
    check_face(face::make_flame(
        {arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], arrays[5], arrays[6]}, "x.pkl"));
  });
  return 0;
}
