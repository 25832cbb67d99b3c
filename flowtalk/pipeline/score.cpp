#include "flowtalk/pipeline/score.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"

namespace flowtalk::pipeline {
namespace {

void check_dataset(const ScoreOptions& o) {
  for (const char* field : {"motion", "voice", "emotion", "intensity", "strength", "motion_fps",
                            "jaw_unit", "prefix"}) {
    if (!o.given(field)) continue;
    fail_usage("{}: the clips of {} have their own; leave one of the two out", Field(field),
               Field("dataset"));
  }
}

void check_takes(const ScoreOptions& o) {
  for (const char* field : {"split", "flag", "calibrate"}) {
    if (!o.given(field)) continue;
    fail_usage("{} is of a data set; give {} too", Field(field), Field("dataset"));
  }
  if (o.voice.empty()) {
    fail_usage("which voice? for example: flowtalk score voice.wav {} take.npy", Field("motion"));
  }
  if (o.motion.empty()) {
    fail_usage("which motion? give {} one or more motion files", Field("motion"));
  }
  if (o.condition.emotion.empty() && (o.given("intensity") || o.given("strength"))) {
    fail_usage("{} and {} need {}; leave them out to have it recognised", Field("intensity"),
               Field("strength"), Field("emotion"));
  }
}

}  // namespace

Scored score(const ScoreOptions& o, const Reporter& reporter) {
  o.condition.strength.check(o.given);
  check_report(o.json, ".json");
  const bool of_dataset = o.given("dataset");
  if (of_dataset) {
    check_dataset(o);
  } else {
    check_takes(o);
  }
  Scored scored = of_dataset ? score_dataset(o, reporter) : score_takes(o, reporter);
  if (!o.json.empty()) save_file(o.json, scored.figures.dump(2) + "\n");
  return scored;
}

}  // namespace flowtalk::pipeline
