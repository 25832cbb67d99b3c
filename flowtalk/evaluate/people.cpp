#include "flowtalk/evaluate/people.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/gzip.h"
#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{256} << 20;
constexpr int64_t kMostPoints = 1000;
// Of MediaPipe's face mesh: corners of the eyes, tip and bridge of the nose. Brows, lids and chin
// move by themselves.
constexpr std::array<int64_t, 6> kSkull{33, 133, 362, 263, 1, 168};

const formats::NamedArray* find(const std::vector<formats::NamedArray>& arrays,
                                std::string_view name) {
  const auto found = std::ranges::find(arrays, name, &formats::NamedArray::name);
  return found == arrays.end() ? nullptr : &*found;
}

formats::Array needed(const std::vector<formats::NamedArray>& arrays, std::string_view name,
                      const std::string& where) {
  const formats::NamedArray* array = find(arrays, name);
  if (array == nullptr) {
    fail("{}: has no array '{}'; expected points on a face: landmarks (T, N, 3) and index (N)",
         where, name);
  }
  return array->load();
}

// Where the points of the skull stand among the landmarks.
std::array<int64_t, kSkull.size()> places_of(const formats::Array& index, int64_t count,
                                             const std::string& where) {
  if (index.shape != tensor::Shape{count}) {
    fail("{}: index: expected {} numbers, one per landmark, got {}", where, count,
         tensor::to_string(index.shape));
  }
  const auto numbers = formats::to_int64(index, where + ": index");
  std::array<int64_t, kSkull.size()> places{};
  for (size_t k = 0; k < kSkull.size(); ++k) {
    const auto found = std::ranges::find(numbers, kSkull[k]);
    if (found == numbers.end()) {
      fail("{}: index: the point {} of the face mesh is missing; the head's pose needs it", where,
           kSkull[k]);
    }
    places[k] = found - numbers.begin();
  }
  return places;
}

std::vector<HeadAngles> head_of(const std::vector<formats::NamedArray>& arrays,
                                const std::string& where) {
  const formats::Array marks = needed(arrays, "landmarks", where);
  const tensor::Shape& shape = marks.shape;
  if (shape.size() != 3 || shape[2] != 3 || shape[0] < 1 || shape[1] > kMostPoints) {
    fail("{}: landmarks: expected (T, up to {}, 3), got {}", where, kMostPoints,
         tensor::to_string(shape));
  }
  const auto places = places_of(needed(arrays, "index", where), shape[1], where);
  std::vector<HeadPoints> frames;
  for (int64_t t = 0; t < shape[0]; ++t) {
    HeadPoints& points = frames.emplace_back();
    for (const int64_t place : places) {
      const int64_t at = 3 * (t * shape[1] + place);
      points.push_back({marks.real(at), -marks.real(at + 1), -marks.real(at + 2)});
      for (const double x : points.back()) {
        if (!std::isfinite(x)) fail("{}: landmarks: frame {} is not finite", where, t);
      }
    }
  }
  return poses_of(frames);
}

// Where the lids stand in MediaPipe's 52 blendshapes, which begin with _neutral, browDownLeft ...
constexpr int64_t kBlendshapes = 52, kBlinkLeft = 9, kBlinkRight = 10;

std::vector<double> lids_of(const std::vector<formats::NamedArray>& arrays, size_t frames,
                            const std::string& where) {
  const formats::NamedArray* stored = find(arrays, "scores");
  if (stored == nullptr) return {};
  const formats::Array scores = stored->load();
  const tensor::Shape expected{static_cast<int64_t>(frames), kBlendshapes};
  if (scores.shape != expected) {
    fail("{}: scores: expected {}, MediaPipe's blendshapes for every frame of landmarks, got {}",
         where, tensor::to_string(expected), tensor::to_string(scores.shape));
  }
  std::vector<double> lids;
  for (int64_t t = 0; t < expected[0]; ++t) {
    const double left = scores.real(t * kBlendshapes + kBlinkLeft),
                 right = scores.real(t * kBlendshapes + kBlinkRight);
    if (!std::isfinite(left + right)) fail("{}: scores: frame {} is not finite", where, t);
    lids.push_back((left + right) / 2);
  }
  return lids;
}

LivingFace load_live_link(const fs::path& path) {
  const std::string where = path.string();
  std::string bytes = load_file(path, kMostBytes);
  if (formats::is_gzip(bytes)) bytes = formats::gunzip(bytes, kMostBytes, where);
  return live_link_face(bytes, where);
}

bool is_live_link(const fs::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".csv" || (ending == ".gz" && ending_of(path.stem()) == ".csv");
}

}  // namespace

LivingFace landmark_face(const fs::path& path) {
  const std::string where = path.string();
  const auto arrays = formats::open_arrays(path);
  LivingFace face{where, flame::kFps, {}, {}, {}};
  if (const formats::NamedArray* fps = find(arrays, "fps")) {
    const formats::Array rate = fps->load();
    if (rate.size() != 1 || !(rate.real(0) >= 1 && rate.real(0) <= 1000)) {
      fail("{}: fps: expected one number from 1 to 1000", where);
    }
    face.rate_hz = rate.real(0);
  }
  face.head = head_of(arrays, where);
  face.lids = lids_of(arrays, face.head.size(), where);
  return face;
}

std::vector<LivingFace> load_people(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) fail("{}: expected a folder of recordings", folder.string());
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (is_live_link(path) || ending_of(path) == ".npz") paths.push_back(path);
  }
  std::ranges::sort(paths);
  if (paths.empty()) {
    fail(
        "{}: holds no recording; expected takes of Live Link Face (.csv, .csv.gz) or points on a "
        "face (.npz)",
        folder.string());
  }
  std::vector<LivingFace> people;
  for (const fs::path& path : paths) {
    people.push_back(is_live_link(path) ? load_live_link(path) : landmark_face(path));
    people.back().name = path.filename().string();
  }
  return people;
}

}  // namespace flowtalk::evaluate
