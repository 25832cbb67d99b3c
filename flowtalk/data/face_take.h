// A recorded face as scores with ARKit's names over time, and the sound that it was recorded with:
// what takes of Live Link Face, MediaPipe's blendshapes and rigs of animators become.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/data/live_link.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::data {

struct FaceTake {
  double rate_hz = 0;
  std::vector<std::string> names;  // (K) "jawOpen", "eyeBlinkLeft"; others are left as they are
  tensor::Tensor curves;           // (T, K) 0..1; frame i at i / rate_hz of the sound
  std::filesystem::path sound;     // empty: none

  int64_t frames() const { return curves.empty() ? 0 : curves.dim(0); }
  // Frame by frame; nothing if there is no such name.
  std::optional<std::vector<double>> curve(std::string_view name) const;
};

// All lines of a take of Live Link Face, at the rate of its time codes.
FaceTake take_of(const LiveLink& take, const std::string& where);

// FILE.npz with "scores" (T, K), "names" (K) and "fps". Errors name the array.
FaceTake load_score_take(const std::filesystem::path& path);
bool holds_scores(const std::filesystem::path& path);  // an .npz file with scores and names

// FILE.npy (T, K) at 30 frames per second, weights of FACEGOOD's rig, whose columns names.txt in
// the same folder names, a line each; jaw and mouth as ARKit's. Errors: another number of names, a
// column that is needed and missing.
FaceTake load_rig_take(const std::filesystem::path& path);
bool is_rig(const std::filesystem::path& path);  // .npy with names.txt beside it

// Any of these, with its sound.
FaceTake load_face_take(const std::filesystem::path& path);

// The sound of a recording: the same name with .wav or .flac, else audio.wav in its folder; ""
// if there is none.
std::filesystem::path sound_beside(const std::filesystem::path& recording);

// What it says of ARKit's shapes, and of Live Link's turns of the head; 0 where it says nothing. At
// rate_hz: linearly between frames, without what is too fast for a lower rate (curve_rate.h).
arkit::Take arkit_of(const FaceTake& take, double rate_hz);
// The built-in head moved by the shapes, at 25 frames per second. Without jawOpen the jaw rests.
motion::Motion motion_of(const FaceTake& take);

}  // namespace flowtalk::data
