#include "flowtalk/pipeline/vertex_motion.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/face/mesh_face.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/gltf/document.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::pipeline {
namespace {

constexpr int64_t kFewestVertices = 4;              // of (T, V, 3), which joints may be too
constexpr int64_t kFewestFlat = 3 * 100;            // values of (T, 3V), which may be anything
constexpr double kSmallest = 0.05, kLargest = 1.5;  // metres, of meshes of heads and of people's
constexpr double kShownSize = 0.25;                 // metres, of a head in other units
constexpr int64_t kBlock = 64;                      // frames that are checked at a time

struct Box {
  std::array<double, 3> low{INFINITY, INFINITY, INFINITY}, high{-INFINITY, -INFINITY, -INFINITY};

  double size() const {
    double most = 0;
    for (size_t k = 0; k < 3; ++k) most = std::max(most, high[k] - low[k]);
    return most;
  }
};

Box box_of(std::span<const float> vertices) {
  Box box;
  for (size_t i = 0; i < vertices.size(); ++i) {
    const double x = vertices[i];
    box.low[i % 3] = std::min(box.low[i % 3], x);
    box.high[i % 3] = std::max(box.high[i % 3], x);
  }
  return box;
}

std::vector<float> first_frame(const VertexMotion& motion) {
  std::vector<float> frame(static_cast<size_t>(3 * motion.vertices));
  motion.take.read(0, 1, frame);
  return frame;
}

void check_finite(const VertexMotion& motion) {
  std::vector<float> block;
  const int64_t width = 3 * motion.vertices;
  for (int64_t begin = 0; begin < motion.take.frames; begin += kBlock) {
    const int64_t count = std::min(kBlock, motion.take.frames - begin);
    block.resize(static_cast<size_t>(count * width));
    motion.take.read(begin, count, block);
    const auto bad = std::ranges::find_if(block, [](float x) { return !std::isfinite(x); });
    if (bad == block.end()) continue;
    fail("{}: frame {} holds a value that is not finite", motion.where,
         begin + (bad - block.begin()) / width);
  }
}

void bring_to_metres(VertexMotion& motion, const Reporter& reporter) {
  const double size = box_of(first_frame(motion)).size();
  if (size >= kSmallest && size <= kLargest) return;
  if (!(size > 0)) fail("{}: all vertices of the first frame are in one point", motion.where);
  reporter.note(
      fmt::format("{}: the mesh is {:.3g} large, which is no head in metres; it is shown as one of "
                  "{} m",
                  motion.where, size, kShownSize));
  motion.take.read = [read = motion.take.read, scale = static_cast<float>(kShownSize / size)](
                         int64_t begin, int64_t count, std::span<float> out) {
    read(begin, count, out);
    for (float& x : out) x *= scale;
  };
}

// Its sides are where those of the other are, to a quarter of its size.
bool lies_about(const Box& box, const Box& other) {
  const double slack = 0.25 * other.size();
  for (size_t k = 0; k < 3; ++k) {
    if (std::abs(box.low[k] - other.low[k]) > slack) return false;
    if (std::abs(box.high[k] - other.high[k]) > slack) return false;
  }
  return true;
}

// The only array of a file, or the one that is called so; null if there is neither.
const formats::NamedArray* vertices_among(const std::vector<formats::NamedArray>& arrays) {
  if (arrays.size() == 1) return &arrays.front();
  const auto is_called_so = [](const formats::NamedArray& array) {
    return array.name == kVerticesName || array.name == "verts";
  };
  const auto found = std::ranges::find_if(arrays, is_called_so);
  return found == arrays.end() ? nullptr : &*found;
}

void warn_of_others(const std::vector<formats::NamedArray>& arrays, const formats::NamedArray& used,
                    const std::string& path, const Reporter& reporter) {
  std::vector<std::string> others;
  for (const auto& array : arrays) {
    if (array.name != used.name) others.push_back(formats::printable(array.name));
  }
  if (others.empty()) return;
  reporter.warn(fmt::format("{}: not used beside the vertices: {}", path, fmt::join(others, ", ")));
}

// What a file of vertices holds.
struct Found {
  formats::NamedArray array;
  formats::Array values;
  face::VertexShape shape;
  double rate_hz = 0;  // 0: it does not say
};

// Nothing of a file of anything else; `arrays` are left without the rate.
std::optional<Found> vertices_in(std::vector<formats::NamedArray>& arrays) {
  if (motion::holds_motion(arrays)) return std::nullopt;
  const double rate_hz = motion::take_rate(arrays);
  const formats::NamedArray* found = vertices_among(arrays);
  if (found == nullptr || found->text()) return std::nullopt;
  const formats::Array values = found->load();
  const auto shape = face::vertex_shape(values.shape);
  if (!shape || formats::is_complex(values.dtype)) return std::nullopt;
  const int64_t last = values.shape.back();
  if (last == 3 ? shape->vertices < kFewestVertices : last < kFewestFlat) return std::nullopt;
  return Found{*found, values, *shape, rate_hz};
}

}  // namespace

bool holds_vertices(const std::filesystem::path& path) {
  auto arrays = formats::open_arrays(path);
  const auto found = vertices_in(arrays);
  return found && found->shape.samples == 1;
}

std::optional<VertexMotion> read_vertices(const std::string& path, const MotionOptions& options,
                                          const Reporter& reporter) {
  auto arrays = formats::open_arrays(path);
  const auto found = vertices_in(arrays);
  if (!found) return std::nullopt;
  if (options.jaw_unit != motion::AngleUnit::kRadians || !options.prefix.empty()) {
    fail_usage("{} says how parameters are read, {} holds vertices; leave it out",
               Field(options.prefix.empty() ? "jaw_unit" : "prefix"), path);
  }
  warn_of_others(arrays, found->array, path, reporter);
  const std::string& where = found->array.where;
  const face::VertexShape& shape = found->shape;
  if (shape.samples > 1) {
    fail("{}: {} samples of vertices, {}; expected one, (T, V, 3)", where, shape.samples,
         tensor::to_string(found->values.shape));
  }
  if (shape.frames == 0) fail("{}: holds no frames", where);
  VertexMotion motion{where, face::take_of(found->values, shape, 0), shape.vertices};
  motion.says_rate = options.motion_fps || found->rate_hz > 0;
  if (options.motion_fps) {
    motion.rate_hz = options.motion_fps->hz();
  } else if (found->rate_hz > 0) {
    motion.rate_hz = found->rate_hz;
  }
  check_finite(motion);
  bring_to_metres(motion, reporter);
  return motion;
}

void check_vertices(const VertexMotion& motion, const face::Face& face, bool alone) {
  if (face.vertex_count() == motion.vertices) return;
  fail("{}: {} vertices, the face {} has {}; {} takes a FLAME file{} that they are of",
       motion.where, motion.vertices, face.name, face.vertex_count(), Field("face"),
       alone ? fmt::format(" or a mesh ({})", face::kMeshEndings) : "");
}

ChosenFace face_of_vertices(const FaceOptions& options, const VertexMotion& first, bool alone) {
  if (gltf::may_be_document(options.face)) {
    fail("{}: holds vertices, which do not move an avatar; {} takes a FLAME file or a mesh",
         first.where, Field("face"));
  }
  const bool mesh = alone && face::is_mesh_name(options.face);
  ChosenFace chosen =
      choose_face(options, mesh ? face::load_mesh(options.face) : face::load_face(options.face));
  check_vertices(first, chosen.face, alone);
  const auto frame = first_frame(first);
  if (alone && !lies_about(box_of(frame), box_of(chosen.face.rest.values()))) {
    chosen.face.rest = tensor::Tensor({first.vertices, 3}, frame);
  }
  return chosen;
}

VertexMotion brought_to(VertexMotion motion, const face::Face& face) {
  const Box box = box_of(first_frame(motion)), rest = box_of(face.rest.values());
  if (lies_about(box, rest)) return motion;
  std::array<float, 3> way{};
  for (size_t k = 0; k < 3; ++k) {
    way[k] = static_cast<float>((rest.low[k] + rest.high[k] - box.low[k] - box.high[k]) / 2);
  }
  motion.take.read = [read = motion.take.read, way](int64_t begin, int64_t count,
                                                    std::span<float> out) {
    read(begin, count, out);
    for (size_t i = 0; i < out.size(); ++i) out[i] += way[i % 3];
  };
  return motion;
}

}  // namespace flowtalk::pipeline
