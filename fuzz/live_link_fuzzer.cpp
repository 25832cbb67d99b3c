// evaluate/live_link: what is accepted is a take whose figures are finite.
#include <cmath>

#include "flowtalk/evaluate/people.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  evaluate::LivingFace face;
  if (!fuzz::accepts([&] { face = evaluate::live_link_face(text, "x.csv"); })) return 0;
  if (face.gaze.size() != face.lids.size() || face.gaze.size() < 2)
    fuzz::finding("accepted, but wrong");
  for (const auto& gaze : face.gaze) {
    if (!std::isfinite(gaze.left) || !std::isfinite(gaze.up)) fuzz::finding("accepted, but wrong");
  }
  return 0;
}
