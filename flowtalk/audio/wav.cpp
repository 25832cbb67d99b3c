#include <algorithm>
#include <cmath>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::audio {
namespace {

constexpr size_t kHeaderBytes = 44;

void append(std::string& out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xffu));
}

// (frames, channels) as 16-bit PCM.
void save_pcm(const std::filesystem::path& path, const std::vector<float>& samples, int rate_hz,
              int channels) {
  const size_t data_bytes = 2 * samples.size();
  constexpr size_t kMaxBytes = 0xffffffffu - kHeaderBytes;
  if (data_bytes > kMaxBytes) {
    fail("{}: {} samples do not fit a WAV file, at most {} do", path.string(), samples.size(),
         kMaxBytes / 2);
  }
  const auto rate = static_cast<uint32_t>(rate_hz), width = 2 * static_cast<uint32_t>(channels);
  std::string out;
  out.reserve(kHeaderBytes + data_bytes);
  out += "RIFF";
  append(out, static_cast<uint32_t>(kHeaderBytes - 8 + data_bytes), 4);
  out += "WAVEfmt ";
  append(out, 16, 4);  // size of this chunk
  append(out, 1, 2);   // PCM
  append(out, static_cast<uint32_t>(channels), 2);
  append(out, rate, 4);          // samples per second
  append(out, width * rate, 4);  // bytes per second
  append(out, width, 2);         // bytes per sample of all channels
  append(out, 16, 2);            // bits per sample
  out += "data";
  append(out, static_cast<uint32_t>(data_bytes), 4);
  for (const float x : samples) {
    const auto value = static_cast<int>(std::lrint(std::clamp(x, -1.0f, 1.0f) * 32767.0f));
    append(out, static_cast<uint32_t>(value), 2);
  }
  save_file(path, out);
}

}  // namespace

void save_wav(const std::filesystem::path& path, const Audio& audio) {
  save_pcm(path, audio.samples, audio.rate_hz, 1);
}

void save_wav(const std::filesystem::path& path, const Recording& recording) {
  save_pcm(path, recording.samples, recording.rate_hz, recording.channels);
}

}  // namespace flowtalk::audio
