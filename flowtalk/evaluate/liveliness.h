// How alive a face is beside its speech: how its head moves, where its eyes look and for how long,
// how it blinks. The same figures of recorded people and of motion that was made;
// docs/liveliness.md tells them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/evaluate/head_pose.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::evaluate {

// Where both eyes together look in the head, degrees.
struct GazeAngles {
  double left = 0, up = 0;
};

// One recording, a value per frame; empty where it does not tell.
struct LivingFace {
  std::string name;
  double rate_hz = flame::kFps;
  std::vector<HeadAngles> head;
  std::vector<GazeAngles> gaze;
  std::vector<double> lids;  // mean of both, 0 open .. 1 shut
};

// The head of root and neck, the gaze and lids of the built-in head's axes, or of the eyes' joints.
LivingFace living_face(const std::string& name, const motion::Motion& motion);

// One figure of one face; none where the face does not tell it or is too short for it.
struct LivelyFigure {
  std::string_view key;   // in JSON
  std::string_view name;  // for people, with its unit
  std::optional<double> (*of)(const LivingFace& face);
};
// All of them, in the order of the reports: the one list.
std::span<const LivelyFigure> lively_figures();

// The median over faces of each figure, of those that tell it, and how many do.
struct LivelyValue {
  std::optional<double> median, least, most;
  int faces = 0;
};
std::vector<LivelyValue> pooled(std::span<const LivingFace> faces);

// What the figures are made of.
struct Blink {
  double at_s = 0, width_s = 0;  // width at half of its height
};
// Rises of the lids by at least 0.3 that take at most half a second.
std::vector<Blink> blinks_of(const LivingFace& face);

struct Saccade {
  double at_s = 0, degrees = 0, peak_deg_s = 0;
};
// Turns of the gaze at 25 frames per second by at least 1.5 degrees, faster than 25 degrees per
// second; what happens behind shut lids is passed over.
std::vector<Saccade> saccades_of(const LivingFace& face);

}  // namespace flowtalk::evaluate
