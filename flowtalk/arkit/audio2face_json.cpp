#include "flowtalk/arkit/audio2face_json.h"

#include <fmt/format.h>

#include <iterator>

#include "flowtalk/base/fields.h"

namespace flowtalk::arkit {

std::string audio2face_json(const Take& take, const std::string& track) {
  std::string text = fmt::format(
      R"({{"exportFps":{},"trackPath":{},"numPoses":{},"numFrames":{},"facsNames":[)", take.rate_hz,
      Json(track).dump(-1, ' ', false, Json::error_handler_t::replace), kShapes, take.frames());
  for (size_t i = 0; i < kShapes; ++i) {
    fmt::format_to(std::back_inserter(text), "{}\"{}\"", i == 0 ? "" : ",", kNames[i]);
  }
  text += "],\"weightMat\":[";
  for (int64_t t = 0; t < take.frames(); ++t) {
    const float* row = take.scores.data() + t * take.scores.dim(1);
    for (size_t i = 0; i < kShapes; ++i) {
      const char* before = i > 0 ? "," : t > 0 ? ",[" : "[";
      fmt::format_to(std::back_inserter(text), "{}{}", before, row[i]);
    }
    text += ']';
  }
  return text + "]}";
}

}  // namespace flowtalk::arkit
