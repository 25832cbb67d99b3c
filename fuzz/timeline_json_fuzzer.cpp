// condition/timeline_json: what is accepted is a curve that a face can follow.
#include "fuzz/timeline_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string text(fuzz::bytes_of(data, size));
  condition::Timeline timeline;
  if (fuzz::accepts(
          [&] { timeline = condition::timeline_of_json(text, "x.json", default_conditions()); })) {
    fuzz::check_timeline(timeline);
  }
  return 0;
}
