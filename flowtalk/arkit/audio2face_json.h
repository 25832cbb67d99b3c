// Takes as Audio2Face exports them.
#pragma once

#include <string>

#include "flowtalk/arkit/scores.h"

namespace flowtalk::arkit {

// {"exportFps", "trackPath", "numPoses", "numFrames", "facsNames", "weightMat": [T][52]}, the
// shapes in the order of kNames. track: the sound's file; "": none. A whole rate is a whole number.
std::string audio2face_json(const Take& take, const std::string& track);

}  // namespace flowtalk::arkit
