#include "flowtalk/audio/pcm_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "flowtalk/audio/resampler.h"
#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace {

constexpr std::array kForms = {PcmForm::kWav, PcmForm::kS16, PcmForm::kF32};
constexpr size_t kRiffBytes = 12, kChunkBytes = 8, kFormatBytes = 16, kMostFormatBytes = 4096;
constexpr size_t kLongFormatBytes = 26;   // as far as the number of an extensible format
constexpr uint32_t kUntold = 0x7ffff000;  // programs that write to pipes say this or more, or 0
constexpr int kMostChannels = 32;
constexpr float kLoudest = 16;  // what is beyond is no sound, and would drown all that follows
constexpr uint32_t kIntegers = 1, kFloats = 3, kExtensible = 0xfffe;

uint32_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

std::string printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

std::string text_of(PcmForm form) {
  return form == PcmForm::kWav ? "wav" : form == PcmForm::kS16 ? "s16" : "f32";
}

void from_text(const std::string& text, PcmForm& form) {
  const auto found =
      std::ranges::find_if(kForms, [&](PcmForm known) { return text_of(known) == text; });
  if (found == kForms.end()) fail("expected wav, s16 or f32, got '{}'", text);
  form = *found;
}

std::vector<std::string> all_texts(PcmForm) {
  std::vector<std::string> texts;
  for (const PcmForm form : kForms) texts.push_back(text_of(form));
  return texts;
}

PcmStream::PcmStream(std::string where) : where_(std::move(where)) {}

PcmStream::PcmStream(std::string where, PcmForm form, int rate_hz, int channels)
    : where_(std::move(where)),
      state_(State::kData),
      bare_(true),
      floats_(form == PcmForm::kF32),
      endless_(true),
      rate_hz_(rate_hz),
      channels_(channels),
      bytes_(floats_ ? 4 : 2) {
  FT_CHECK(form != PcmForm::kWav, "bare samples are no wav");
}

void PcmStream::push(std::string_view bytes, std::vector<float>& out) {
  pending_ += bytes;
  while (step(out)) continue;
}

bool PcmStream::step(std::vector<float>& out) {
  const auto take = [&](size_t count) {
    std::string taken = pending_.substr(0, count);
    pending_.erase(0, count);
    return taken;
  };
  switch (state_) {
    case State::kRiff: {
      if (pending_.size() < kRiffBytes) return false;
      const std::string head = take(kRiffBytes);
      if (!head.starts_with("RIFF") || head.substr(8) != "WAVE") {
        fail("{}: no WAV file, it begins with '{}'; give {} for bare samples, such as 16000",
             where_, printable(head.substr(0, 4)), Field("rate"));
      }
      state_ = State::kChunk;
      return true;
    }
    case State::kChunk:
      if (pending_.size() < kChunkBytes) return false;
      if (pending_.starts_with("RIFF")) {  // another file
        state_ = State::kRiff;
        return true;
      }
      begin_chunk(take(kChunkBytes));
      return true;
    case State::kFormat:
      if (pending_.size() < left_) return false;
      read_format(take(left_));
      state_ = State::kChunk;
      return true;
    case State::kSkip: {
      const size_t count = std::min<size_t>(left_, pending_.size());
      take(count);
      left_ -= count;
      if (left_ > 0) return false;
      state_ = State::kChunk;
      return true;
    }
    case State::kData:
      break;
  }
  return take_samples(out);
}

void PcmStream::begin_chunk(std::string_view header) {
  const std::string_view name = header.substr(0, 4);
  const uint32_t size = little_endian(header, 4, 4);
  left_ = uint64_t{size} + size % 2;
  if (name == "fmt ") {
    if (size < kFormatBytes || size > kMostFormatBytes) {
      fail("{}: a WAV file whose format is {} bytes long; it is damaged", where_, size);
    }
    state_ = State::kFormat;
  } else if (name == "data") {
    if (rate_hz_ == 0) fail("{}: a WAV file with data before its format; it is damaged", where_);
    endless_ = size == 0 || size >= kUntold;
    state_ = State::kData;
  } else {
    state_ = State::kSkip;
  }
}

void PcmStream::read_format(std::string_view format) {
  uint32_t kind = little_endian(format, 0, 2);
  const auto channels = static_cast<int>(little_endian(format, 2, 2));
  const uint32_t rate = little_endian(format, 4, 4), bits = little_endian(format, 14, 2);
  if (kind == kExtensible && format.size() >= kLongFormatBytes) {
    kind = little_endian(format, 24, 2);
  }
  const bool known = (kind == kIntegers && (bits == 8 || bits == 16 || bits == 24 || bits == 32)) ||
                     (kind == kFloats && bits == 32);
  if (!known) {
    fail(
        "{}: a WAV file of kind {} with {} bits; expected whole numbers of 8, 16, 24 or 32 bits "
        "or floats of 32",
        where_, kind, bits);
  }
  if (channels < 1 || channels > kMostChannels || rate < kLeastRate || rate > kMostRate) {
    fail("{}: a WAV file of {} channels at {} Hz; expected 1 to {} and {} to {} Hz", where_,
         channels, rate, kMostChannels, kLeastRate, kMostRate);
  }
  if (rate_hz_ != 0 && static_cast<uint32_t>(rate_hz_) != rate) {
    fail("{}: goes on at {} Hz after {} Hz; expected one rate", where_, rate, rate_hz_);
  }
  rate_hz_ = static_cast<int>(rate);
  channels_ = channels;
  bytes_ = static_cast<int>(bits / 8);
  floats_ = kind == kFloats;
}

float PcmStream::number_at(const char* bytes) {
  const std::string_view view(bytes, static_cast<size_t>(bytes_));
  if (floats_) {
    const auto value = std::bit_cast<float>(little_endian(view, 0, 4));
    if (std::isfinite(value)) return std::clamp(value, -kLoudest, kLoudest);
    ++not_finite_;
    return 0;
  }
  if (bytes_ == 1) return (static_cast<float>(little_endian(view, 0, 1)) - 128) / 128;
  const auto shift = 32 - 8 * bytes_;
  const auto value = static_cast<int32_t>(little_endian(view, 0, view.size()) << shift);
  return static_cast<float>(static_cast<double>(value) / 2147483648.0);
}

// False: more bytes have to come.
bool PcmStream::take_samples(std::vector<float>& out) {
  const auto frame = static_cast<size_t>(frame_bytes());
  const size_t there = endless_ ? pending_.size() : std::min<size_t>(left_, pending_.size());
  const size_t frames = there / frame;
  for (size_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (int c = 0; c < channels_; ++c) {
      sum += number_at(pending_.data() + i * frame + static_cast<size_t>(c * bytes_));
    }
    out.push_back(sum / static_cast<float>(channels_));
  }
  heard_ = heard_ || frames > 0;
  pending_.erase(0, frames * frame);
  if (endless_) return false;
  left_ -= frames * frame;
  if (left_ >= frame) return false;
  state_ = State::kSkip;  // what is no whole frame
  return true;
}

}  // namespace flowtalk::audio
