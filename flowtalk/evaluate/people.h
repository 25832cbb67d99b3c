// Recorded people whose heads, eyes and lids can be measured: takes of Live Link Face (.csv, or
// .csv.gz) and points on a face over time (.npz with "landmarks" and "index").
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/data/live_link.h"
#include "flowtalk/evaluate/liveliness.h"

namespace flowtalk::evaluate {

// Of a take of Live Link Face: lines that repeat the one before them are left out and counted in
// the rate. A head whose angles are 0 throughout was not recorded. Errors name what is missing.
LivingFace live_link_face(const data::LiveLink& take, const std::string& where);

// "landmarks" (T, N, 3): pixels, x to the right of the picture, y down, z away from the viewer,
// whose "index" (N) counts them in MediaPipe's face mesh; "fps". The head is turned as its eye
// corners, nose and bridge are; "scores" (T, 52), MediaPipe's blendshapes in its order, tell the
// lids where they are there. Errors name the array.
LivingFace landmark_face(const std::filesystem::path& path);

// All recordings of a folder, by their names. Errors: there is none, one cannot be read.
std::vector<LivingFace> load_people(const std::filesystem::path& folder);

}  // namespace flowtalk::evaluate
