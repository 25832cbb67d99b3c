// data/score_json: what is accepted is a take that a face can follow.
#include "fuzz/score_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string text(fuzz::bytes_of(data, size));
  fuzz::check_scores([&] { return flowtalk::data::score_json_of(text, "x.json"); });
  return 0;
}
