// Phones of recorded speech, by pocketsphinx and its US English model: free recognition, or
// alignment with a known text.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/data/phones.h"

namespace flowtalk::data {

// The folder that holds en-us/, en-us-phone.lm.bin and cmudict-en-us.dict: $POCKETSPHINX_MODELS, or
// where Debian's pocketsphinx-en-us puts it. Empty if there is none.
std::optional<std::filesystem::path> find_speech_models();

// Not thread-safe: one per thread.
class PhoneRecognizer {
 public:
  // Error: the model is not installed, or damaged.
  PhoneRecognizer();
  ~PhoneRecognizer();
  PhoneRecognizer(const PhoneRecognizer&) = delete;
  PhoneRecognizer& operator=(const PhoneRecognizer&) = delete;

  // The likeliest phones (phone bigram, context-independent models); gapless from 0 to the end.
  std::vector<Phone> recognize(const audio::Audio& audio);
  // The phones of `text` at their times; pronunciations by the CMU dictionary, pauses between words
  // as heard. Nothing if a word is not in the dictionary or the speech does not fit the text.
  std::optional<std::vector<Phone>> align(const audio::Audio& audio, const std::string& text);
  // The same for a known sequence of phones (times are ignored); pauses may fall anywhere.
  std::optional<std::vector<Phone>> align(const audio::Audio& audio,
                                          const std::vector<Phone>& phones);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::data
