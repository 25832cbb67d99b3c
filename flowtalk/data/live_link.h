// Takes of Epic's Live Link Face: a line per frame with a time code hh:mm:ss:ff.fff and, by the
// names of the first line, 52 of ARKit's scores and nine angles of head and eyes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

struct LiveLink {
  std::vector<std::string> names;  // (K) as the file spells them: "JawOpen"
  tensor::Tensor values;           // (T, K)
  std::vector<int64_t> seconds;    // (T) the whole seconds of the time codes
  std::vector<double> counts;      // (T) what follows them: frames, mostly sixtieths
};

// Every line is a frame; of a line whose BlendshapeCount is 0 the face was not seen, and it holds
// what the one before it does. Errors name the line: no column Timecode, cells that are no numbers
// up to 100, time codes that do not go on, less than two frames, more than an hour of them.
LiveLink live_link_of(std::string_view text, const std::string& where);
// The same of FILE.csv or, packed by gzip, FILE.csv.gz.
LiveLink load_live_link(const std::filesystem::path& path);
bool is_live_link(const std::filesystem::path& path);  // by its ending

// Frames per second: lines in the whole seconds that are in the middle. Where there are none, by
// the middle step of `counts` in sixtieths; without them 60. Error: less than 5 or more than 240.
double live_link_rate(std::span<const int64_t> seconds, const std::string& where,
                      std::span<const double> counts = {});

}  // namespace flowtalk::data
