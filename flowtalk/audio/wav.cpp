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

}  // namespace

void save_wav(const std::filesystem::path& path, const Audio& audio) {
  const size_t data_bytes = 2 * audio.samples.size();
  constexpr size_t kMaxBytes = 0xffffffffu - kHeaderBytes;
  if (data_bytes > kMaxBytes) {
    fail("{}: {} samples do not fit a WAV file, at most {} do", path.string(), audio.samples.size(),
         kMaxBytes / 2);
  }
  const auto rate = static_cast<uint32_t>(audio.rate_hz);
  std::string out;
  out.reserve(kHeaderBytes + data_bytes);
  out += "RIFF";
  append(out, static_cast<uint32_t>(kHeaderBytes - 8 + data_bytes), 4);
  out += "WAVEfmt ";
  append(out, 16, 4);        // size of this chunk
  append(out, 1, 2);         // PCM
  append(out, 1, 2);         // channels
  append(out, rate, 4);      // samples per second
  append(out, 2 * rate, 4);  // bytes per second
  append(out, 2, 2);         // bytes per sample of all channels
  append(out, 16, 2);        // bits per sample
  out += "data";
  append(out, static_cast<uint32_t>(data_bytes), 4);
  for (const float x : audio.samples) {
    const auto value = static_cast<int>(std::lrint(std::clamp(x, -1.0f, 1.0f) * 32767.0f));
    append(out, static_cast<uint32_t>(value), 2);
  }
  save_file(path, out);
}

}  // namespace flowtalk::audio
