// Files of ARKit's scores that somebody names, checked.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/data/score_files.h"

namespace flowtalk::pipeline {

struct CheckedScores {
  data::ScoreFile file;
  int64_t shapes = 0;  // of ARKit's 52
};

// The file, with motion_fps as its rate if that is given. Warns of names that are none of ARKit's
// and left out, and of a jaw or lids that are missing. rate_hz 0: nothing says it. Errors: what the
// file has wrong, none of ARKit's names.
CheckedScores check_scores(const std::string& path, const std::optional<FrameRate>& motion_fps,
                           const Reporter& reporter);

// Warns of values that are far from 0..1, which are kept.
void warn_of_far_values(const arkit::Take& take, const std::string& where,
                        const Reporter& reporter);

}  // namespace flowtalk::pipeline
