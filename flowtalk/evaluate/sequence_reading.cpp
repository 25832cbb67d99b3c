// The arrays of sequence files as vertices.
#include <algorithm>
#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::evaluate {
namespace {

// What an array holds, by its shape.
struct Layout {
  bool parameters = false;
  int64_t samples = 1, frames = 0;
  int64_t width = 0;  // values per frame
};

Layout layout_of(const tensor::Shape& shape, const std::string& where) {
  const size_t rank = shape.size();
  const int64_t last = rank > 0 ? shape.back() : 0;
  Layout layout;
  if ((rank == 3 || rank == 4) && last == 3) {  // vertices
    layout = {false, rank == 4 ? shape[0] : 1, shape[rank - 3], 3 * shape[rank - 2]};
  } else if ((rank == 2 || rank == 3) &&
             (motion::is_row_width(last) || (last > 3 && last % 3 == 0))) {
    layout = {motion::is_row_width(last), rank == 3 ? shape[0] : 1, shape[rank - 2], last};
  } else {
    fail(
        "{}: expected vertices (T, V, 3) or parameters (T, 403), (T, 353), (T, 53), each with an "
        "optional first axis of samples, got {}",
        where, tensor::to_string(shape));
  }
  if (layout.samples == 0 || layout.frames == 0 || layout.width == 0) {
    fail("{}: holds no frames, its shape is {}", where, tensor::to_string(shape));
  }
  return layout;
}

int64_t vertices_of(const Layout& layout, const face::Face& face) {
  return layout.parameters ? face.vertex_count() : layout.width / 3;
}

formats::Array part_of(const formats::Array& array, tensor::Shape shape, int64_t begin) {
  const size_t element = formats::element_size(array.dtype);
  const auto size = static_cast<size_t>(tensor::count(shape));
  return {array.dtype, std::move(shape),
          array.bytes.substr(static_cast<size_t>(begin) * element, size * element), array.owner};
}

// Converts a block of frames when it is asked for. vertices: (T, 3V)
VertexTake take_of_array(const formats::Array& vertices) {
  return {vertices.shape[0], [vertices](int64_t begin, int64_t count, std::span<float> out) {
            const int64_t width = vertices.shape[1];
            const formats::Array block = part_of(vertices, {count, width}, begin * width);
            formats::to_float32(block.dtype, false, block.bytes.data(), count * width, out.data());
          }};
}

// All takes that one array holds.
std::vector<VertexTake> takes_of(const StoredArray& stored, const SequenceReading& reading) {
  const formats::Array array = stored.load();
  const Layout layout = layout_of(array.shape, stored.where);
  if (formats::is_complex(array.dtype))
    fail("{}: complex numbers, expected real ones", stored.where);
  const face::Face& face = reading.deformer.face();
  const int64_t vertices = vertices_of(layout, face);
  if (vertices != reading.vertices) {
    fail(
        "{}: {} vertices, expected {} as in the first sequence; all must be of one mesh ({} "
        "names the face of parameters)",
        stored.where, vertices, reading.vertices, Field("face"));
  }
  std::vector<VertexTake> takes;
  for (int64_t s = 0; s < layout.samples; ++s) {
    const formats::Array rows =
        part_of(array, {layout.frames, layout.width}, s * layout.frames * layout.width);
    if (!layout.parameters) {
      takes.push_back(take_of_array(rows));
      continue;
    }
    const auto table = formats::to_tensor(rows, stored.where);
    takes.push_back(take_of_motion(motion::of_rows(table, face.axes), reading.deformer));
  }
  return takes;
}

}  // namespace

VertexTake take_of_motion(const motion::Motion& motion, const face::Deformer& deformer) {
  // One thread for one take: what is parallel here is the sequences.
  const auto serial = std::make_shared<ThreadPool>(1);
  return {motion.frames(), [=](int64_t begin, int64_t count, std::span<float> out) {
            std::vector<face::FaceFrame> frames;
            for (int64_t t = begin; t < begin + count; ++t) {
              const auto expression = motion.expression.at(t);
              const auto jaw = motion.jaw.at(t);
              face::FaceFrame& frame = frames.emplace_back();
              const auto most = static_cast<size_t>(motion::kLiveExpression);
              frame.expression = expression.first(std::min(most, expression.size()));
              if (!jaw.empty()) frame.jaw = {jaw[0], jaw[1], jaw[2]};
            }
            deformer.vertices(frames, out, *serial);
          }};
}

void cut_to_shortest(VertexSequence& sequence, int64_t max_cut) {
  int64_t shortest = sequence.truth.frames, longest = sequence.truth.frames;
  for (const VertexTake& take : sequence.predictions) {
    shortest = std::min(shortest, take.frames);
    longest = std::max(longest, take.frames);
  }
  if (longest - shortest > max_cut) {
    fail("{}: the ground truth has {} frames, predictions {}; lengths may differ by {} ({})",
         sequence.name, sequence.truth.frames,
         sequence.truth.frames == shortest ? longest : shortest, max_cut, Field("max_cut"));
  }
  sequence.cut_frames = longest - shortest;
  sequence.truth.frames = shortest;
  for (VertexTake& take : sequence.predictions) take.frames = shortest;
}

int64_t vertex_count(const SequenceFiles& files, const face::Face& face) {
  return vertices_of(layout_of(files.truth.load().shape, files.truth.where), face);
}

VertexSequence open_sequence(const SequenceFiles& files, const SequenceReading& reading) {
  VertexSequence sequence;
  sequence.name = files.name;
  std::vector<VertexTake> truths = takes_of(files.truth, reading);
  if (truths.size() != 1) {
    fail("{}: holds {} samples, ground truth has one", files.truth.where, truths.size());
  }
  sequence.truth = std::move(truths.front());
  for (const StoredArray& array : files.predictions) {
    for (VertexTake& take : takes_of(array, reading)) {
      sequence.predictions.push_back(std::move(take));
    }
  }
  cut_to_shortest(sequence, reading.max_cut);
  return sequence;
}

}  // namespace flowtalk::evaluate
