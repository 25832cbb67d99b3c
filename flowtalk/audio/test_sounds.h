// Sound files made by hand, well-formed or not; for tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"

namespace flowtalk::audio {

// A number as WAV writes it.
std::string little(uint32_t value, int bytes);

struct WavFormat {
  uint32_t rate_hz = flame::kAudioHz, channels = 1;
  bool floats = false;  // of 32 bits; else 16 bits
};
// A header that says so many bytes of samples follow, whatever does.
std::string wav_header(uint32_t bytes, const WavFormat& format);
// A whole float WAV; stated_bytes above 0: its header promises so many.
std::string float_wav(const std::vector<float>& samples, uint32_t rate_hz, uint32_t channels,
                      uint32_t stated_bytes = 0);

std::vector<float> sine(double hz, double rate_hz, double seconds, double level = 0.5);

// A container of any kind that libav writes, by the ending of its name.
struct MadeFilm {
  size_t packets = 0;                     // of kPacketS each
  std::function<double(size_t)> at = {};  // when a packet says that it begins, seconds
  double picture_s = 0;                   // pictures of 25 per second from 0 on; 0: sound alone
  bool compressed = false;                // MPEG layer 2, as containers of MPEG want it; else PCM
};
// Of PCM a constant 0.5, compressed a tone; at kMadeRate.
inline constexpr int kMadeRate = 16000;
inline constexpr double kPacketS = 0.02, kCompressedPacketS = 0.072;
void write_film(const std::filesystem::path& path, const MadeFilm& film);

// What the warnings say, without their kinds.
inline std::vector<std::string> texts_of(const std::vector<SoundWarning>& warnings) {
  std::vector<std::string> texts;
  for (const SoundWarning& warning : warnings) texts.push_back(warning.text);
  return texts;
}

}  // namespace flowtalk::audio
