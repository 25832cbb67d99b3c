// Points on a face over time, as trackers of film find them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

struct FacePoints {
  std::string where;  // the file, for messages
  double rate_hz = 25;
  tensor::Tensor landmarks;    // (T, N, 3): pixels, x to the right of the picture, y down, z away
                               // from the viewer
  std::vector<int64_t> index;  // (N) of the points among the 478 of MediaPipe's face mesh

  int64_t frames() const { return landmarks.dim(0); }
  // Where a point of the mesh stands among them. Error: it is missing; `needs` says what for.
  int64_t place_of(int64_t point, const char* needs) const;
  std::array<double, 3> at(int64_t frame, int64_t place) const;
};

// "landmarks", "index" and, where it is not 25, "fps" of an .npz file. Errors name the array.
FacePoints load_face_points(const std::filesystem::path& path);
bool holds_face_points(const std::filesystem::path& path);

// The gap between the inner lips per frame, over the distance between the outer corners of the
// eyes: the mean of five facing pairs, across the line between the eyes.
std::vector<double> lip_gaps(const FacePoints& points);

}  // namespace flowtalk::data
