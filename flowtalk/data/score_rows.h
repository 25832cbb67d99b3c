// Rows of scores as they are read from a file, one by one.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/data/face_take.h"

namespace flowtalk::data {

class ScoreRows {
 public:
  // names: as the file spells them. Errors: none, too many, one twice.
  ScoreRows(const std::vector<std::string>& names, const std::string& where);

  size_t width() const { return names_.size(); }
  // The next frame, of width() numbers. `at` is where it stands.
  void add(const std::vector<double>& values, const std::string& at);
  // A frame without a face: what the one before it is.
  void add_unseen(const std::string& at);
  // When the last frame is. Either all frames have a time or none.
  void set_time(double seconds, const std::string& at);
  // rate_hz: what the file says; where that is nothing, or not what the times say, it follows from
  // these.
  // Frames at uneven times are put on even ones. Errors: less than two frames, times that go back,
  // a rate that is not 1 to 1000.
  FaceTake take(double rate_hz) const;

 private:
  void check_room(const std::string& at) const;

  std::string where_;
  std::vector<std::string> names_;
  std::vector<float> values_;
  std::vector<double> times_;
};

}  // namespace flowtalk::data
