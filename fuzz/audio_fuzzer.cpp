// audio: any file through libav; what loads is finite, within the limits and can be saved as wav.
#include <cmath>

#include "flowtalk/audio/audio.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  static const fuzz::ScratchFile copy("copy.wav");
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  const audio::LoadOptions options{.rate_hz = 16000, .max_duration_s = 20, .min_duration_s = 0.01};
  fuzz::accepts([&] {
    const audio::Recording whole = audio::load_recording(input.path(), options.max_duration_s);
    if (whole.rate_hz <= 0 || whole.channels <= 0) fuzz::finding("a recording without a rate");
    if (static_cast<size_t>(whole.frames() * whole.channels) != whole.samples.size()) {
      fuzz::finding("half a frame");
    }
  });
  audio::Audio loaded;
  if (!fuzz::accepts([&] { loaded = audio::load_audio(input.path(), options); })) return 0;
  if (loaded.duration_s() < options.min_duration_s ||
      loaded.duration_s() > options.max_duration_s) {
    fuzz::finding("longer or shorter than the limits");
  }
  for (const float sample : loaded.samples) {
    if (!std::isfinite(sample)) fuzz::finding("a sample that is not finite");
  }
  audio::save_wav(copy.path(), loaded);
  const audio::Audio back = audio::load_audio(copy.path(), options);
  if (back.samples.size() != loaded.samples.size()) fuzz::finding("another length as wav");
  return 0;
}
