// How emotions carry a head and its eyes.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace flowtalk::perform {

// Neutral as it stands here; docs/liveliness.md tells where the others are from.
struct Temper {
  double down_deg = 0;    // how low the head is held
  double tilt_deg = 0;    // towards its right
  double forward_mm = 0;  // of its place
  double nods = 1;        // how large they are
  double sway = 1;        // how large shifts and sway are
  double pace = 1;        // how quick all of it is
  double gaze_down_deg = 0;
  double aside_deg = 0;  // how far past the viewer it looks
  double away = 1;       // how often it looks away
  double dwell = 1;      // how long it looks at one place
};

// Of the model's emotions by their names, with weights that sum to one; strength 0 is neutral, 1
// full. Emotions that the table does not know are neutral.
Temper temper_of(std::span<const std::string> emotions, std::span<const float> weights,
                 float strength);

}  // namespace flowtalk::perform
