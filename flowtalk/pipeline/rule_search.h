// The search for the numbers of the rules that make recorded lips.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "flowtalk/pipeline/rule_clips.h"
#include "flowtalk/synth/lip_rules.h"

namespace flowtalk::pipeline {

struct RuleSearch {
  int rounds = 10;
  double film_delay_s = 0;  // by which film shows a face late
  double hold = 2.5;        // how strongly numbers are held where they are
  int threads = 0;
};

// Coordinate descent from `start`, over the clips that are not kept out: squared errors of the gap,
// of its square root (closures) and, a tenth, of the jaw, each over its variance, and squared
// distances from `start` in usual steps. Phones of a kind move together first, then those that are
// heard by themselves, so that phones no clip has go with their kind. Squared errors make what is
// uncertain slow: then all pulls are made brisker until the jaw has people's bandwidth. The same
// for any number of threads.
synth::LipRules search_rules(const synth::LipRules& start, std::span<const RuleClip> clips,
                             const RuleSearch& search, const Reporter& reporter);

}  // namespace flowtalk::pipeline
