#include <cmath>

#include "flowtalk/data/check.h"

namespace flowtalk::data {
namespace {

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

}  // namespace

Json to_json(const CheckReport& report) {
  Json json;
  json["folder"] = report.folder.string();
  json["usable"] = report.count(Severity::kError) == 0;
  json["clips"] = report.clips;
  json["frames"] = report.frames;
  json["sound_s"] = rounded(report.sound_s);
  json["styles"] = report.styles;
  json["takes"] = report.takes;
  constexpr std::array<const char*, 3> kSplits = {"train", "validation", "test"};
  for (size_t i = 0; i < kSplits.size(); ++i) {
    const SplitFacts& split = report.splits[i];
    json["splits"][kSplits[i]] = {{"clips", split.clips}, {"minutes", rounded(split.minutes)}};
  }
  for (const bool paper : {false, true}) {
    json["protocols"][paper ? "paper" : "clean"] = {{"prior_clips", report.prior_clips(paper)},
                                                    {"generator_clips", report.splits[0].clips},
                                                    {"validation_clips", report.splits[1].clips},
                                                    {"test_clips", report.splits[2].clips}};
  }
  for (size_t e = 0; e < report.per_level.size(); ++e) {
    json["clips_per_level"][report.conditions.emotions[e]] = report.per_level[e];
  }
  json["expression"] = {{"low", rounded(report.expression_low)},
                        {"high", rounded(report.expression_high)},
                        {"share_beyond_3", report.expression_beyond}};
  json["jaw"] = {{"low", rounded(report.jaw_low)},
                 {"high", rounded(report.jaw_high)},
                 {"share_beyond_range", report.jaw_beyond}};
  json["lag"] = {{"frames", rounded(report.lag.frames)},
                 {"correlation", rounded(report.lag.correlation)},
                 {"confidence", rounded(report.lag.confidence)},
                 {"clips", report.lag_clips}};
  json["findings"] = Json::array();
  for (const Finding& f : report.findings) {
    json["findings"].push_back({{"severity", std::string(name_of(f.kind->severity))},
                                {"kind", std::string(f.kind->name)},
                                {"meaning", std::string(f.kind->meaning)},
                                {"cases", f.cases}});
  }
  return json;
}

}  // namespace flowtalk::data
