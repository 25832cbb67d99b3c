// What is said when, as people and aligners write it down beside a recording.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::data {

// A phone, syllable or word under the name that its file gives it.
struct TimedLabel {
  double start_s = 0, end_s = 0;
  std::string label;
};

// Lines "start_s,end_s,label" below a line that says so; labels may be empty. Errors name the line:
// another first line, times that are no numbers of seconds or run backwards, more than 100,000.
std::vector<TimedLabel> timed_labels_of(std::string_view text, const std::string& where);
std::vector<TimedLabel> load_timed_labels(const std::filesystem::path& path);

// Words of the GRID corpus (.align): lines "start end word", units of 1/25000 s. The same errors.
std::vector<TimedLabel> grid_words_of(std::string_view text, const std::string& where);
std::vector<TimedLabel> load_grid_words(const std::filesystem::path& path);

}  // namespace flowtalk::data
