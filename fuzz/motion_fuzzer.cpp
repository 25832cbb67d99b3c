// motion/assembly: whatever arrays of whatever names and shapes come, they are a motion that is
// whole and that reads back the same from a file, or they are refused.
#include <algorithm>
#include <cmath>

#include "flowtalk/motion/motion_file.h"
#include "fuzz/harness.h"

namespace {

using namespace flowtalk;

// Takes the input apart: arrays of a name, up to four axes and values that repeat a few bytes.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::string text() {
    const size_t size = std::min<size_t>(byte() % 32, bytes_.size());
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }
  formats::NamedArray array() {
    formats::NamedArray array;
    array.name = text();
    array.where = "x: " + std::to_string(array.name.size());
    if (const uint8_t kind = byte(); kind % 8 == 7) {
      array.load = []() -> formats::Array { fail("x: no numbers"); };
      array.text = [words = text()] { return std::optional(words); };
      return array;
    }
    tensor::Shape shape(byte() % 5);
    int64_t size = 1;
    for (int64_t& axis : shape) {
      axis = byte();
      if (axis * size > kMost) axis = 1;
      size *= axis;
    }
    std::vector<float> values(static_cast<size_t>(tensor::count(shape)));
    const float scale = static_cast<float>(byte()) / 16;
    const std::string pattern = text();
    for (size_t i = 0; i < values.size() && !pattern.empty(); ++i) {
      values[i] = scale * static_cast<float>(pattern[i % pattern.size()]) / 32;
    }
    if (scale > 15.9f && !values.empty()) values.back() = NAN;
    array.load = [whole = formats::make_array(shape, values)] { return whole; };
    array.text = [] { return std::nullopt; };
    return array;
  }

 private:
  static constexpr int64_t kMost = 1 << 16;
  std::string_view bytes_;
};

void check(const motion::Motion& m) {
  const int64_t frames = m.frames();
  if (frames < 1) fuzz::finding("a motion without frames");
  for_each_track(m, [&](const char* name, const motion::Track& track) {
    if (track.empty()) return;
    if (track.rows() != 1 && track.rows() != frames) fuzz::finding("lengths that differ");
    if (track.first + track.width > track.table.dim(1)) fuzz::finding("columns beyond the table");
    const bool joint = std::string_view(name) == "jaw" || std::string_view(name) == "neck";
    if (joint && track.width != 3) fuzz::finding("a joint of another width");
    for (int64_t t = 0; t < track.rows(); ++t) {
      for (const float x : track.at(t)) {
        if (!std::isfinite(x)) fuzz::finding("a value that is not finite");
      }
    }
  });
  if (!(m.rate_hz > 0)) fuzz::finding("a rate that is none");
  const motion::Motion other = motion::resample(m, 31);
  if (other.frames() < 1) fuzz::finding("no frames at another rate");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const fuzz::ScratchFile file("motion.npz");
  Input input(fuzz::bytes_of(data, size));
  motion::Reading reading;
  const uint8_t flags = input.byte();
  if (flags & 1) reading.jaw_unit = motion::AngleUnit::kDegrees;
  if (flags & 2) reading.parts = true;
  if (flags & 4) reading.prefix = "a.";
  if (flags & 8) reading.rate_hz = 30;
  std::vector<formats::NamedArray> arrays;
  while (!input.empty() && arrays.size() < 12) arrays.push_back(input.array());
  motion::MotionFile read;
  if (!fuzz::accepts([&] { read = motion::motion_of(arrays, "x", reading); })) return 0;
  check(read.motion);
  motion::save_motion(file.path(), read.motion);
  if (read.motion.expression.empty() && read.motion.jaw.empty()) return 0;
  const motion::MotionFile again = motion::open_motion(file.path(), {});
  const auto a = live_of(read.motion), b = live_of(again.motion);
  if (!std::ranges::equal(a.values(), b.values())) fuzz::finding("another motion after writing");
  if (again.motion.axes != read.motion.axes) fuzz::finding("other axes after writing");
  return 0;
}
