#include "flowtalk/data/face_points.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npz.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostPoints = 1000;
constexpr int64_t kMostFrames = 3600 * 240;
// Of MediaPipe's face mesh.
constexpr std::array<int64_t, 5> kUpperLip{13, 82, 312, 81, 311}, kLowerLip{14, 87, 317, 178, 402};
constexpr int64_t kRightEye = 33, kLeftEye = 263;  // outer corners

formats::Array needed(const formats::NpzFile& file, const char* name, const std::string& where) {
  if (!file.contains(name)) {
    fail("{}: has no array '{}'; expected points on a face: landmarks (T, N, 3) and index (N)",
         where, name);
  }
  return file.array(name);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t n = values.size();
  return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
}

}  // namespace

int64_t FacePoints::place_of(int64_t point, const char* needs) const {
  const auto found = std::ranges::find(index, point);
  if (found == index.end()) {
    fail("{}: index: the point {} of the face mesh is missing; {} needs it", where, point, needs);
  }
  return found - index.begin();
}

std::array<double, 3> FacePoints::at(int64_t frame, int64_t place) const {
  const float* point = landmarks.data() + 3 * (frame * landmarks.dim(1) + place);
  return {double{point[0]}, double{point[1]}, double{point[2]}};
}

bool holds_face_points(const fs::path& path) {
  return ending_of(path) == ".npz" && formats::NpzFile(path).contains("landmarks");
}

FacePoints load_face_points(const fs::path& path) {
  const std::string where = path.string();
  const formats::NpzFile file(path);
  FacePoints points;
  points.where = where;
  if (file.contains("fps")) {
    const formats::Array rate = file.array("fps");
    if (rate.size() != 1 || !(rate.real(0) >= 1 && rate.real(0) <= 1000)) {
      fail("{}: fps: expected one number from 1 to 1000", where);
    }
    points.rate_hz = rate.real(0);
  }
  const formats::Array marks = needed(file, "landmarks", where);
  const tensor::Shape& shape = marks.shape;
  if (shape.size() != 3 || shape[2] != 3 || shape[0] < 1 || shape[0] > kMostFrames ||
      shape[1] > kMostPoints) {
    fail("{}: landmarks: expected (T, up to {}, 3), got {}", where, kMostPoints,
         tensor::to_string(shape));
  }
  const formats::Array index = needed(file, "index", where);
  if (index.shape != tensor::Shape{shape[1]}) {
    fail("{}: index: expected {} numbers, one per landmark, got {}", where, shape[1],
         tensor::to_string(index.shape));
  }
  points.index = formats::to_int64(index, where + ": index");
  points.landmarks = tensor::Tensor(shape);
  for (int64_t i = 0; i < points.landmarks.size(); ++i) {
    points.landmarks[i] = static_cast<float>(marks.real(i));
    if (!std::isfinite(points.landmarks[i])) {
      fail("{}: landmarks: frame {} is not finite", where, i / (3 * shape[1]));
    }
  }
  return points;
}

std::vector<double> lip_gaps(const FacePoints& points) {
  constexpr const char* kNeeds = "the lips' gap";
  const int64_t right = points.place_of(kRightEye, kNeeds),
                left = points.place_of(kLeftEye, kNeeds);
  std::array<int64_t, kUpperLip.size()> upper{}, lower{};
  for (size_t k = 0; k < upper.size(); ++k) {
    upper[k] = points.place_of(kUpperLip[k], kNeeds);
    lower[k] = points.place_of(kLowerLip[k], kNeeds);
  }
  std::vector<double> gaps, eyes;
  for (int64_t t = 0; t < points.frames(); ++t) {
    const auto r = points.at(t, right), l = points.at(t, left);
    const double across = l[0] - r[0], down = l[1] - r[1], apart = std::hypot(across, down);
    double gap = 0;
    for (size_t k = 0; k < upper.size(); ++k) {
      const auto u = points.at(t, upper[k]), d = points.at(t, lower[k]);
      gap += (across * (d[1] - u[1]) - down * (d[0] - u[0])) / std::max(apart, 1e-9) /
             static_cast<double>(upper.size());
    }
    gaps.push_back(gap);
    eyes.push_back(apart);
  }
  const double scale = std::max(median(eyes), 1e-9);
  for (double& gap : gaps) gap /= scale;
  return gaps;
}

}  // namespace flowtalk::data
