// Sound that comes through a pipe, byte by byte: a WAV file whose length nobody knows yet, or bare
// samples. Channels are mixed to one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::audio {

enum class PcmForm { kWav, kS16, kF32 };  // bare ones little endian
// "wav", "s16", "f32". Error: another word.
std::string text_of(PcmForm form);
void from_text(const std::string& text, PcmForm& form);
std::vector<std::string> all_texts(PcmForm);

class PcmStream {
 public:
  // Of a WAV file, which says its rate, channels and numbers; `where` names it in errors.
  explicit PcmStream(std::string where);
  // Of bare samples.
  PcmStream(std::string where, PcmForm form, int rate_hz, int channels);

  // Appends the samples, nominally -1..1, of all that has come whole. What is not finite is
  // silence, what is beyond 16 is cut. WAV files may follow each other. Errors, in one line: no WAV
  // file; numbers, rates or channels that are not known; another rate than before.
  void push(std::string_view bytes, std::vector<float>& out);

  int rate_hz() const { return rate_hz_; }                             // 0: not known yet
  int64_t frame_bytes() const { return int64_t{bytes_} * channels_; }  // 0: not known yet
  bool heard() const { return heard_; }                                // a sample has come
  int64_t not_finite() const { return not_finite_; }                   // samples

 private:
  enum class State { kRiff, kChunk, kFormat, kSkip, kData };
  bool step(std::vector<float>& out);
  void begin_chunk(std::string_view header);
  void read_format(std::string_view format);
  bool take_samples(std::vector<float>& out);
  float number_at(const char* bytes);

  std::string where_, pending_;
  State state_ = State::kRiff;
  bool bare_ = false, floats_ = false, heard_ = false, endless_ = false;
  int rate_hz_ = 0, channels_ = 0, bytes_ = 0;  // bytes of a number
  uint64_t left_ = 0;                           // bytes of the chunk
  int64_t not_finite_ = 0;
};

}  // namespace flowtalk::audio
