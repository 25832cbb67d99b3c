// Is a data set in 3DMEAD's layout fit to train on? Measures every clip and lists what is missing
// or odd. What each kind of finding means: kFindingKinds, and docs/data.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/lag.h"

namespace flowtalk::data {

// Errors make training or its figures wrong; warnings are worth a look; notes are facts.
enum class Severity { kError, kWarning, kNote };
std::string_view name_of(Severity severity);  // "error", "warning", "note"

struct FindingKind {
  std::string_view name;
  Severity severity;
  std::string_view meaning;  // half a sentence
};

struct Finding {
  const FindingKind* kind;
  std::vector<std::string> cases;  // one line each, not empty
};

struct SplitFacts {
  int64_t clips = 0;
  double minutes = 0;
};

struct CheckReport {
  std::filesystem::path folder;
  int64_t clips = 0, frames = 0;
  double sound_s = 0;
  std::array<SplitFacts, 3> splits{};            // train, validation, test
  Conditions conditions;                         // of the data set
  std::vector<std::vector<int64_t>> per_level;   // clips by emotion and level
  int64_t styles = 0, takes = 0;                 // styles with clips; takes of the 3DMEAD grid
  double expression_beyond = 0, jaw_beyond = 0;  // shares of values outside the scaled ranges
  double expression_low = 0, expression_high = 0, jaw_low = 0, jaw_high = 0;
  Lag lag;
  int64_t lag_clips = 0;          // whose curves the estimate pools
  std::vector<Finding> findings;  // errors first

  int64_t count(Severity severity) const;  // findings
  // Clips that a stage reads: "prior" or "generator" under "paper" or "clean".
  int64_t prior_clips(bool paper_protocol) const;
};

// All kinds, errors first. One list for the check, its documentation and its test.
const std::vector<FindingKind>& finding_kinds();

// Errors: no data set there (see scan_dataset). threads 0: all.
CheckReport check_dataset(const std::filesystem::path& folder, int threads, bool quiet);

Json to_json(const CheckReport& report);

}  // namespace flowtalk::data
