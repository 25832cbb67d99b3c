// data/live_link and evaluate/live_link: what is accepted is a take whose figures are finite.
#include <cmath>

#include "flowtalk/evaluate/people.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  flowtalk::data::LiveLink take;
  if (!fuzz::accepts([&] { take = flowtalk::data::live_link_of(text, "x.csv"); })) return 0;
  if (take.values.dim(0) != static_cast<int64_t>(take.seconds.size()) ||
      take.values.dim(1) != static_cast<int64_t>(take.names.size())) {
    fuzz::finding("accepted, but wrong");
  }
  for (const float value : take.values.values()) {
    if (!std::isfinite(value)) fuzz::finding("accepted, but wrong");
  }
  evaluate::LivingFace face;
  if (!fuzz::accepts([&] { face = evaluate::live_link_face(take, "x.csv"); })) return 0;
  if (face.gaze.size() != face.lids.size() || face.gaze.size() < 2)
    fuzz::finding("accepted, but wrong");
  for (const auto& gaze : face.gaze) {
    if (!std::isfinite(gaze.left) || !std::isfinite(gaze.up)) fuzz::finding("accepted, but wrong");
  }
  return 0;
}
