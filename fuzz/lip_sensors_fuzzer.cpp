// data/lip_sensors: what is accepted is an even, finite curve without gaps.
#include <cmath>

#include "flowtalk/data/lip_sensors.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  flowtalk::data::LipSensors sensors;
  if (!fuzz::accepts([&] { sensors = flowtalk::data::lip_sensors_of(text, "x.csv"); })) return 0;
  if (!(sensors.rate_hz > 4 && sensors.rate_hz < 1100) || sensors.last_s < sensors.first_s ||
      sensors.aperture_mm.size() < 2) {
    fuzz::finding("accepted, but wrong");
  }
  for (const double mm : sensors.aperture_mm) {
    if (!std::isfinite(mm) || mm <= 1) fuzz::finding("accepted, but wrong");
  }
  return 0;
}
