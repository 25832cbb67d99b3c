// pcm_stream: sound through a pipe; what is accepted is finite and the same in any pieces.
#include <cmath>

#include "flowtalk/audio/pcm_stream.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  if (size == 0) return 0;
  const size_t step = size_t{data[0]} + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<float> whole, pieces;
  audio::PcmStream one("stdin"), many("stdin");
  if (!fuzz::accepts([&] { one.push(bytes, whole); })) return 0;
  const bool accepted = fuzz::accepts([&] {
    for (size_t at = 0; at < bytes.size(); at += step) many.push(bytes.substr(at, step), pieces);
  });
  if (!accepted || whole != pieces) fuzz::finding("other samples in pieces");
  if (one.heard() != !whole.empty()) fuzz::finding("unheard samples");
  for (const float sample : whole) {
    if (!std::isfinite(sample)) fuzz::finding("a sample that is not finite");
  }
  return 0;
}
