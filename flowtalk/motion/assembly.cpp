#include "flowtalk/motion/assembly.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/names.h"
#include "flowtalk/motion/part_shapes.h"

namespace flowtalk::motion {
namespace {

using formats::NamedArray;
using tensor::Tensor;

constexpr double kLeastRate = 1, kMostRate = 1000;  // frames per second; capture has up to 240
constexpr int64_t kJointsOfBody = 55;

bool same(const Track& a, const Track& b) {
  if (a.rows() != b.rows() || a.width != b.width) return false;
  for (int64_t t = 0; t < a.rows(); ++t) {
    if (!std::ranges::equal(a.at(t), b.at(t))) return false;
  }
  return true;
}

Tensor read(const NamedArray& array) { return formats::to_tensor(array.load(), array.where); }

// Takes the arrays of one file, one by one, in any order.
class Assembly {
 public:
  // says_axes: as files do that we wrote; their rotations are axis-angle.
  Assembly(MotionFile& file, bool says_axes) : file_(file), says_axes_(says_axes) {}

  // of_body: the file is of a whole body; shape, root and place are not those of a head.
  void add(const NamedArray& array, bool of_body) {
    const Meaning meaning = meaning_of(array.name);
    Motion& m = file_.motion;
    switch (meaning) {
      case Meaning::kExpression:
        return put(m.expression, expressions(array), array);
      case Meaning::kShape:
        if (of_body) return leave_out(array);
        return put(m.shape, coefficients(read(array), flame::kShape, true, array.where), array);
      case Meaning::kTranslation:
        if (of_body) return leave_out(array);
        return put(m.translation, coefficients(read(array), 3, false, array.where), array);
      case Meaning::kRoot:
        if (of_body) return leave_out(array);
        return put(m.root, turned(array, 1), array);
      case Meaning::kNeck:
        return put(m.neck, turned(array, 1), array);
      case Meaning::kJaw:
        return put(m.jaw, turned(array, 1), array);
      case Meaning::kEyes:
        return put(m.eyes, turned(array, 2), array);
      case Meaning::kLeftEye:
        return put(left_eye_, turned(array, 1), array);
      case Meaning::kRightEye:
        return put(right_eye_, turned(array, 1), array);
      case Meaning::kPose:
      case Meaning::kGlobalOrPose:
        return add_pose(array, meaning == Meaning::kGlobalOrPose, of_body);
      case Meaning::kRate:
        return add_rate(array);
      case Meaning::kAxes:
        return add_axes(array);
      case Meaning::kAxesNames:
        return;
      case Meaning::kUnclear:
        refuse_numbers(array);
        return leave_out(array);
      case Meaning::kBody:
      case Meaning::kOther:
        return leave_out(array);
    }
  }

  bool moves() const {
    const Motion& m = file_.motion;
    for (const Track* track :
         {&m.expression, &m.jaw, &m.neck, &m.eyes, &m.root, &left_eye_, &right_eye_}) {
      if (!track->empty()) return true;
    }
    return false;
  }
  bool any() const { return any_; }

  void add_beside_rows(const NamedArray& array) {
    const Meaning meaning = meaning_of(array.name);
    if (meaning == Meaning::kRate) return add_rate(array);
    return meaning == Meaning::kAxes ? add_axes(array) : leave_out(array);
  }

  // Once all arrays are in.
  void join_eyes() {
    if (left_eye_.empty() && right_eye_.empty()) return;
    if (!file_.motion.eyes.empty()) {
      fail("{}: the file holds this part under another name too", eye_place_);
    }
    const int64_t rows = std::max(left_eye_.rows(), right_eye_.rows());
    for (const Track* eye : {&left_eye_, &right_eye_}) {
      if (eye->rows() > 1 && eye->rows() != rows) {
        fail("{}: the other eye has {} frames, this one {}", eye_place_, rows, eye->rows());
      }
    }
    Tensor both = Tensor::zeros({rows, 6});
    for (int64_t t = 0; t < rows; ++t) {
      std::ranges::copy(left_eye_.at(t), both.data() + 6 * t);
      std::ranges::copy(right_eye_.at(t), both.data() + 6 * t + 3);
    }
    file_.motion.eyes = {both, 0, 6};
  }

 private:
  // Names are shown to people: without control characters.
  void leave_out(const NamedArray& array) {
    std::string name = array.name;
    std::ranges::replace_if(
        name, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    file_.unused.push_back(std::move(name));
  }

  void put(Track& track, Track part, const NamedArray& from) {
    if (&track == &left_eye_ || &track == &right_eye_) eye_place_ = from.where;
    any_ = true;
    if (!track.empty() && !same(track, part)) {
      fail(
          "{}: the file holds this part under another name too, with other values; keep one, or "
          "give {} what the names of one group start with",
          from.where, Field("prefix"));
    }
    track = std::move(part);
  }

  // A width of 50 or 100 with a jaw or a pose of 6 behind it would look like expressions.
  static Track expressions(const NamedArray& array) {
    Track track = coefficients(read(array), flame::kExpression, true, array.where);
    for (const int64_t more : {flame::kJaw, 2 * flame::kJaw}) {
      if (track.width != kLiveExpression + more) continue;
      fail(
          "{}: {} columns may be {} expressions with a pose behind them; give them as arrays of "
          "their own, or the rows alone as .npy",
          array.where, track.width, kLiveExpression);
    }
    return track;
  }

  Track turned(const NamedArray& array, int64_t joints) {
    std::string note;
    Track track = rotations(read(array), joints, array.where, &note, says_axes_);
    if (!note.empty()) file_.remarks.push_back(note);
    return track;
  }

  void add_pose(const NamedArray& array, bool may_be_root, bool of_body) {
    const Tensor values = read(array);
    const int64_t joints = joints_of_pose(values, may_be_root, array.where);
    std::string note;
    const Track all = rotations(values, joints, array.where, &note);
    if (!note.empty()) file_.remarks.push_back(note);
    const auto part = [&](int64_t first, int64_t count) {
      return Track{all.table, 3 * first, 3 * count};
    };
    Motion& m = file_.motion;
    if (joints == kJointsOfBody) {  // SMPL-X: 22 the jaw, 23 and 24 the eyes
      put(m.jaw, part(22, 1), array);
      return put(m.eyes, part(23, 2), array);
    }
    if (!of_body) put(m.root, part(0, 1), array);
    if (joints == 2) put(m.jaw, part(1, 1), array);
    if (joints == flame::kJoints) {
      put(m.neck, part(flame::kNeck, 1), array);
      put(m.jaw, part(flame::kJawJoint, 1), array);
      put(m.eyes, part(flame::kLeftEye, 2), array);
    }
  }

  void add_rate(const NamedArray& array) {
    file_.motion.rate_hz = rate_of(array);
    file_.says_rate = true;
  }

  void add_axes(const NamedArray& array) {
    const auto text = array.text();
    if (!text) return leave_out(array);
    with_context(array.where, [&] { from_text(*text, file_.motion.axes); });
    file_.says_axes = true;
  }

  // Texts and flags are no motion, whatever they are called.
  static void refuse_numbers(const NamedArray& array) {
    if (array.text()) return;
    const formats::Array values = array.load();
    const bool flags = formats::is_whole(values.dtype) && values.shape.size() <= 1;
    if (flags || values.size() <= 1) return;
    fail(
        "{}, {}: named like a part of a face's motion, but not as any system does that flowtalk "
        "knows; expected {}, {}, {}, {} or {}, so rename it or leave it out",
        array.where, tensor::to_string(values.shape), written_name(Meaning::kExpression),
        written_name(Meaning::kJaw), written_name(Meaning::kNeck), written_name(Meaning::kEyes),
        written_name(Meaning::kRoot));
  }

  MotionFile& file_;
  bool says_axes_;
  Track left_eye_, right_eye_;
  std::string eye_place_;
  bool any_ = false;
};

// Whether a file is of a whole body: by its parts, or by a pose of 55 joints.
bool is_of_body(const std::vector<NamedArray>& arrays) {
  return std::ranges::any_of(arrays, [](const NamedArray& array) {
    const Meaning meaning = meaning_of(array.name);
    if (meaning != Meaning::kPose) return meaning == Meaning::kBody;
    return rows_in(array.load().shape, 3 * kJointsOfBody) > 0;
  });
}

bool says_axes(const std::vector<NamedArray>& arrays) {
  return std::ranges::any_of(arrays, [](const NamedArray& array) {
    return meaning_of(array.name) == Meaning::kAxes && array.text();
  });
}

std::string listed(const std::vector<NamedArray>& arrays) {
  constexpr size_t kShown = 12;
  std::vector<std::string> names;
  for (const NamedArray& array : arrays) {
    if (names.size() == kShown) break;
    names.push_back(array.name);
  }
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (arrays.size() > kShown) text += fmt::format(" and {} more", arrays.size() - kShown);
  return text;
}

}  // namespace

bool is_network(const std::vector<NamedArray>& arrays) {
  return std::ranges::any_of(arrays, [](const NamedArray& array) {
    return array.name.ends_with(".weight") || array.name.ends_with(".bias");
  });
}

double rate_of(const NamedArray& array) {
  auto values = formats::to_double(array.load(), array.where);
  // Where frames are stored one by one, each says it.
  const auto other = std::ranges::adjacent_find(values, std::ranges::not_equal_to());
  if (!values.empty() && other == values.end()) values.resize(1);
  if (values.size() == 1 && values[0] >= kLeastRate && values[0] <= kMostRate) return values[0];
  fail(
      "{}: expected one number of frames per second, {} to {}, got {}", array.where, kLeastRate,
      kMostRate,
      values.size() == 1 ? fmt::format("{}", values[0]) : fmt::format("{} numbers", values.size()));
}

double take_rate(std::vector<NamedArray>& arrays) {
  const auto rate = std::ranges::find_if(
      arrays, [](const NamedArray& array) { return meaning_of(array.name) == Meaning::kRate; });
  if (rate == arrays.end()) return 0;
  const double rate_hz = rate_of(*rate);
  arrays.erase(rate);
  return rate_hz;
}

bool holds_motion(const std::vector<NamedArray>& arrays) {
  if (is_network(arrays)) return false;
  return std::ranges::any_of(arrays, [](const NamedArray& array) {
    switch (meaning_of(array.name)) {
      case Meaning::kShape:
      case Meaning::kTranslation:
      case Meaning::kRate:
      case Meaning::kAxes:
      case Meaning::kAxesNames:
      case Meaning::kBody:
      case Meaning::kOther:
      case Meaning::kUnclear:
        return false;
      default:
        return true;
    }
  });
}

void add_beside_rows(MotionFile& file, const std::vector<NamedArray>& arrays,
                     const NamedArray& rows) {
  Assembly assembly(file, says_axes(arrays));
  for (const NamedArray& array : arrays) {
    if (&array != &rows) assembly.add_beside_rows(array);
  }
}

MotionFile assemble(const std::vector<NamedArray>& arrays, const std::string& where,
                    const Reading& reading) {
  MotionFile file;
  file.motion.axes = Axes::kFlame;  // the names are those of FLAME's trackers
  file.says_axes = true;
  std::vector<NamedArray> named;
  for (const NamedArray& array : arrays) {
    if (!array.name.starts_with(reading.prefix)) continue;
    named.push_back(array);
    named.back().name = array.name.substr(reading.prefix.size());
  }
  Assembly assembly(file, says_axes(arrays));
  const bool of_body = is_of_body(named);
  for (const NamedArray& array : named) assembly.add(array, of_body);
  if (!(reading.parts ? assembly.any() : assembly.moves())) {
    fail(
        "{}: holds none of the arrays {p}expression {p}jaw_pose {p}neck_pose {p}eye_pose "
        "{p}global_pose, nor other names of them; it holds {}",
        where, listed(arrays), fmt::arg("p", reading.prefix));
  }
  assembly.join_eyes();
  if (of_body) {
    file.remarks.push_back(where +
                           ": of a whole body; expressions, jaw and eyes are used, how body and "
                           "head turn is left out");
  }
  for (std::string& name : file.unused) name.insert(0, reading.prefix);
  return file;
}

}  // namespace flowtalk::motion
