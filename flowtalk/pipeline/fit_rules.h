// The rules of the synthetic corpus fitted to recorded people, with figures before and after.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/pipeline/rule_search.h"

namespace flowtalk::pipeline {

struct FitRulesOptions {
  std::vector<std::string> recordings;
  RuleSearch search;
  std::string table;
  bool measure_only = false;

  template <class V>
  void fields(V&& field) {
    field("recordings", recordings,
          "folders with NAME.npz (points of a face, scores), NAME.align and NAME.flac");
    field("rounds", search.rounds, between(1, 50), "of the search (default 10)");
    field("hold", search.hold, between(0.1, 100.0),
          "how strongly numbers are held where they are (default 2.5)");
    field("film_delay", search.film_delay_s, between(0.0, 0.1),
          "seconds by which the film shows a face late (default 0)");
    field("table", table, "file for the new tables of flowtalk/synth/lip_numbers.cpp");
    field("measure_only", measure_only, "only measure the rules as they are");
    field("threads", search.threads, between(0, 256), "threads; 0 takes all");
  }
};

// Of rules on recorded phones, or of the people themselves where it can be said of them: medians
// over clips, as docs/recorded.md defines them.
struct RuleFigures {
  double r = 0, best_r = 0, lag_ms = 0, closure_f1 = 0, rms_mm = 0;
  double closures_per_s = 0, jaw_speed = 0, jaw_loudness_r = 0;
};

struct RulePart {
  std::string name;  // "fitted", "kept out"
  int64_t clips = 0;
  RuleFigures people, before, after;
};

struct FitRulesOutcome {
  std::vector<RulePart> parts;
  std::string table;
};

// Errors: load_rule_clips'; no clip to fit to.
FitRulesOutcome fit_rules(const FitRulesOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
