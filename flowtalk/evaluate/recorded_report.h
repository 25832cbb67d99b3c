// What an evaluation against recorded people says: tables for the terminal, JSON, and a card.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/evaluate/recorded.h"

namespace flowtalk::evaluate {

struct RecordedReport {
  std::string command;                                     // as it was typed
  std::vector<std::pair<std::string, std::string>> facts;  // model, style, face
  std::vector<RecordedClip> clips;                         // at least one
};

// A table for each group of figures, a row per source: people, model, loudness and chance beside
// each other, medians over clips.
std::string recorded_table(const RecordedReport& report);
// docs/recorded.md describes it.
Json recorded_json(const RecordedReport& report);
// The tables as a page, with the lips of the clip of each source whose r is its median.
std::string recorded_card(const RecordedReport& report);

}  // namespace flowtalk::evaluate
