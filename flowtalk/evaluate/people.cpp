#include "flowtalk/evaluate/people.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/face_points.h"
#include "flowtalk/data/live_link.h"
#include "flowtalk/formats/npz.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;

// Of MediaPipe's face mesh: corners of the eyes, tip and bridge of the nose. Brows, lids and chin
// move by themselves.
constexpr std::array<int64_t, 6> kSkull{33, 133, 362, 263, 1, 168};

std::vector<HeadAngles> head_of(const data::FacePoints& marks) {
  std::array<int64_t, kSkull.size()> places{};
  for (size_t k = 0; k < kSkull.size(); ++k) {
    places[k] = marks.place_of(kSkull[k], "the head's pose");
  }
  std::vector<HeadPoints> frames;
  for (int64_t t = 0; t < marks.frames(); ++t) {
    HeadPoints& points = frames.emplace_back();
    for (const int64_t place : places) {
      const auto point = marks.at(t, place);
      points.push_back({point[0], -point[1], -point[2]});
    }
  }
  return poses_of(frames);
}

// Where the lids stand in MediaPipe's 52 blendshapes, which begin with _neutral, browDownLeft ...
constexpr int64_t kBlendshapes = 52, kBlinkLeft = 9, kBlinkRight = 10;

std::vector<double> lids_of(const fs::path& path, size_t frames, const std::string& where) {
  const formats::NpzFile file(path);
  if (!file.contains("scores")) return {};
  const formats::Array scores = file.array("scores");
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

}  // namespace

LivingFace landmark_face(const fs::path& path) {
  const data::FacePoints points = data::load_face_points(path);
  LivingFace face{points.where, points.rate_hz, {}, {}, {}};
  face.head = head_of(points);
  face.lids = lids_of(path, face.head.size(), points.where);
  return face;
}

std::vector<LivingFace> load_people(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) fail("{}: expected a folder of recordings", folder.string());
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (data::is_live_link(path) || ending_of(path) == ".npz") paths.push_back(path);
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
    people.push_back(data::is_live_link(path)
                         ? live_link_face(data::load_live_link(path), path.string())
                         : landmark_face(path));
    people.back().name = path.filename().string();
  }
  return people;
}

}  // namespace flowtalk::evaluate
