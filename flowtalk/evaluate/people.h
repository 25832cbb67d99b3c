// Recorded people whose heads, eyes and lids can be measured: takes of Live Link Face (.csv, or
// .csv.gz) and points on a face over time (.npz with "landmarks" and "index").
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/evaluate/liveliness.h"

namespace flowtalk::evaluate {

// What Epic's Live Link Face exports: a line per frame with a time code hh:mm:ss:ff.fff, 61 values
// by their names. The rate is that of the time codes; lines that repeat the one before them are
// left out and counted in it. A head whose angles are 0 throughout was not recorded. Errors name
// the line: missing columns, cells that are no numbers, time codes that do not go on, more than an
// hour of frames.
LivingFace live_link_face(std::string_view text, const std::string& where);

// "landmarks" (T, N, 3): pixels, x to the right of the picture, y down, z away from the viewer,
// whose "index" (N) counts them in MediaPipe's face mesh; "fps". The head is turned as its eye
// corners, nose and bridge are; "scores" (T, 52), MediaPipe's blendshapes in its order, tell the
// lids where they are there. Errors name the array.
LivingFace landmark_face(const std::filesystem::path& path);

// All recordings of a folder, by their names. Errors: there is none, one cannot be read.
std::vector<LivingFace> load_people(const std::filesystem::path& folder);

}  // namespace flowtalk::evaluate
