// The arrays of sequence files as vertices.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/motion/remarks.h"

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
  Layout layout;
  if ((rank == 2 || rank == 3) && motion::is_row_width(shape.back())) {
    layout = {true, rank == 3 ? shape[0] : 1, shape[rank - 2], shape.back()};
  } else if (const auto vertices = face::vertex_shape(shape)) {
    layout = {false, vertices->samples, vertices->frames, 3 * vertices->vertices};
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

// The rows of one sample, which borrow those of all.
formats::Array rows_of(const formats::Array& array, const Layout& layout, int64_t sample) {
  const size_t element = formats::element_size(array.dtype);
  const auto size = static_cast<size_t>(layout.frames * layout.width);
  return {array.dtype,
          {layout.frames, layout.width},
          array.bytes.substr(static_cast<size_t>(sample) * size * element, size * element),
          array.owner};
}

void check_vertices(int64_t vertices, const std::string& where, const SequenceReading& reading) {
  if (vertices == reading.vertices) return;
  fail(
      "{}: {} vertices, expected {} as in the first sequence; all must be of one mesh ({} "
      "names the face of parameters)",
      where, vertices, reading.vertices, Field("face"));
}

VertexTake take_of_file(const motion::MotionFile& file, const std::string& where,
                        const SequenceReading& reading, std::vector<std::string>& remarks) {
  const face::Face& face = reading.deformer.face();
  remarks.insert(remarks.end(), file.remarks.begin(), file.remarks.end());
  if (!file.unused.empty()) {
    remarks.push_back(fmt::format("{}: not used, as no part of a face's motion: {}", where,
                                  fmt::join(file.unused, ", ")));
  }
  if (file.says_axes && file.motion.axes != face.axes) {
    remarks.push_back(
        fmt::format("{}: moves the expression axes of {}, the face {} has those of {}", where,
                    owner_of(file.motion.axes), face.name, owner_of(face.axes)));
  }
  if (is_still(file.motion)) remarks.push_back(still_remark(file.motion, where));
  return take_of_motion(motion::resample(file.motion, flame::kFps), reading.deformer);
}

// All takes that one array, or the arrays of one motion, hold. unsaid_hz: their rate, where the
// file does not say it.
std::vector<VertexTake> takes_of(const StoredArray& stored, const SequenceReading& reading,
                                 double unsaid_hz, std::vector<std::string>& remarks) {
  motion::Reading open = reading.motion;
  open.axes = reading.deformer.face().axes;
  open.unsaid_hz = stored.rate_hz > 0 ? stored.rate_hz : unsaid_hz;
  if (stored.motion) {
    check_vertices(reading.deformer.face().vertex_count(), stored.where, reading);
    return {take_of_file(stored.motion(open), stored.where, reading, remarks)};
  }
  const formats::Array array = stored.load();
  const Layout layout = layout_of(array.shape, stored.where);
  if (formats::is_complex(array.dtype))
    fail("{}: complex numbers, expected real ones", stored.where);
  check_vertices(vertices_of(layout, reading.deformer.face()), stored.where, reading);
  std::vector<VertexTake> takes;
  for (int64_t s = 0; s < layout.samples; ++s) {
    if (layout.parameters) {
      const formats::Array rows = rows_of(array, layout, s);
      const formats::NamedArray one{"", stored.where, [rows] { return rows; },
                                    [] { return std::nullopt; }};
      const auto file = motion::motion_of({one}, stored.where, open);
      takes.push_back(take_of_file(file, stored.where, reading, remarks));
      continue;
    }
    const VertexTake take =
        face::take_of(array, {layout.samples, layout.frames, layout.width / 3}, s);
    takes.push_back(face::resample(take, open.unsaid_hz, flame::kFps));
  }
  return takes;
}

// The largest extent of the first frame, metres if it is in metres.
double size_of(const VertexTake& take, int64_t vertices) {
  std::vector<float> frame(static_cast<size_t>(3 * vertices));
  take.read(0, 1, frame);
  double most = 0;
  for (size_t k = 0; k < 3; ++k) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = k; i < frame.size(); i += 3) {
      low = std::min(low, static_cast<double>(frame[i]));
      high = std::max(high, static_cast<double>(frame[i]));
    }
    most = std::max(most, high - low);
  }
  return most;
}

// Distances are meaningless where one side is in another unit, and are taken for metres.
void remark_sizes(VertexSequence& sequence, int64_t vertices) {
  constexpr double kOther = 10, kLargestFace = 2;
  const double truth = size_of(sequence.truth, vertices);
  const double predicted = size_of(sequence.predictions.front(), vertices);
  if (!(truth > 0 && predicted > 0)) return;
  const double times = std::max(truth, predicted) / std::min(truth, predicted);
  if (times > kOther) {
    sequence.remarks.push_back(fmt::format(
        "{}: the {} is {:.4g} times as large as the {}; is it in millimetres? distances between "
        "them are of both units",
        sequence.name, predicted > truth ? "prediction" : "ground truth", times,
        predicted > truth ? "ground truth" : "prediction"));
  } else if (truth > kLargestFace) {
    sequence.remarks.push_back(fmt::format(
        "{}: the face is {:.4g} m large; is it in millimetres? vertices are taken for metres",
        sequence.name, truth));
  }
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
  if (files.truth.motion) return face.vertex_count();
  return vertices_of(layout_of(files.truth.load().shape, files.truth.where), face);
}

namespace {

// The same file may be on both sides; what is said of it is said once.
void leave_out_repeated(std::vector<std::string>& remarks) {
  std::vector<std::string> once;
  for (std::string& remark : remarks) {
    if (std::ranges::find(once, remark) == once.end()) once.push_back(std::move(remark));
  }
  remarks = std::move(once);
}

}  // namespace

VertexSequence open_sequence(const SequenceFiles& files, const SequenceReading& reading) {
  VertexSequence sequence;
  sequence.name = files.name;
  std::vector<VertexTake> truths =
      takes_of(files.truth, reading, reading.truth_hz, sequence.remarks);
  if (truths.size() != 1) {
    fail("{}: holds {} samples, ground truth has one", files.truth.where, truths.size());
  }
  sequence.truth = std::move(truths.front());
  for (const StoredArray& array : files.predictions) {
    for (VertexTake& take : takes_of(array, reading, reading.prediction_hz, sequence.remarks)) {
      sequence.predictions.push_back(std::move(take));
    }
  }
  leave_out_repeated(sequence.remarks);
  cut_to_shortest(sequence, reading.max_cut);
  remark_sizes(sequence, reading.vertices);
  return sequence;
}

}  // namespace flowtalk::evaluate
