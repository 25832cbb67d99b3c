// data/timed_labels: what is accepted are times in order, of either kind of file.
#include <cmath>

#include "flowtalk/data/timed_labels.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  for (const bool words : {false, true}) {
    std::vector<flowtalk::data::TimedLabel> labels;
    if (!fuzz::accepts([&] {
          labels = words ? flowtalk::data::grid_words_of(text, "x.align")
                         : flowtalk::data::timed_labels_of(text, "x.csv");
        })) {
      continue;
    }
    double before = 0;
    for (const auto& label : labels) {
      const bool good =
          std::isfinite(label.end_s) && label.start_s >= before && label.end_s >= label.start_s;
      if (!good) fuzz::finding("accepted, but wrong");
      before = label.start_s;
    }
  }
  return 0;
}
