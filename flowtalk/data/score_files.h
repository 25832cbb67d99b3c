// Scores of ARKit's shapes as other programs save them: JSON of BEAT, LAM, Audio2Face and
// MediaPipe, tables of MediaPipe's scores (CSV).
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/data/face_take.h"

namespace flowtalk::data {

// What a file holds, and what it is: "Audio2Face's JSON".
struct ScoreFile {
  FaceTake take;  // names as arkit::canonical spells them; rate_hz 0: the file does not say it
  std::string kind;
};

// JSON in one of these forms, told apart by their keys:
//   {"names": [K], "frames": [{"weights": [K], "time": s}, ...]}    BEAT, LAM
//   {"facsNames": [K], "weightMat": [T][K], "exportFps": f}         Audio2Face
//   [{"faceBlendshapes": [{"categories": [{"categoryName": "jawOpen", "score": 0.1}, ...]}]}, ...]
//   [{"jawOpen": 0.1, ...}, ...]                                    MediaPipe
// MediaPipe's may lie under "frames" or "results", with "time" (s) or "timestamp" (ms) in every
// frame; a frame without a face holds what the one before it does. Errors name the frame: other
// forms, numbers that are none or beyond 10, names that are not all there, more than 864,000 frames
// or 256 names.
ScoreFile score_json_of(const std::string& text, const std::string& where);

// A line of names, a line of numbers per frame; a column "time" or "timestamp_s" (s), "timestamp"
// or "timestamp_ms" (ms) says when they are; "frame" is left out.
ScoreFile score_csv_of(const std::string& text, const std::string& where);

// Any of these, and takes of Live Link Face, by what they hold. Error: none of them.
ScoreFile load_score_file(const std::filesystem::path& path);

}  // namespace flowtalk::data
