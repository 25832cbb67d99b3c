// Real recorded speech: the spoken prompts of Debian's asterisk-core-sounds-* and asterisk-prompt-*
// packages, as far as they are installed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/phone_recognizer.h"

namespace flowtalk::synth {

struct Prompt {
  std::filesystem::path path;
  std::string name;      // of a clip: speaker and key, letters, digits, - and _ only
  std::string speaker;   // the folder, as "en_US_f_Allison"
  std::string key;       // path below it without extension, as "digits/5"
  std::string language;  // as "en"
  std::string text;      // what is said, if known
};

inline const std::filesystem::path kPromptRoot = "/usr/share/asterisk/sounds";

// Every installed prompt of the voices we know that holds speech, sorted by speaker and key. Empty
// if none is installed.
std::vector<Prompt> find_prompts(const std::filesystem::path& root = kPromptRoot);

// Why recorded prompts cannot be used on this machine, and what to install; empty if they can.
std::string missing_prompts(const std::filesystem::path& root = kPromptRoot);
// The same unless every voice is there, as a frozen corpus wants.
std::string missing_voices(const std::filesystem::path& root = kPromptRoot);

audio::Audio load_prompt_audio(const Prompt& prompt);

// The prompt's samples and phones: aligned with its text if that is known and fits (words that are
// not in the dictionary, and other languages, by espeak-ng's pronunciation), recognised otherwise.
// Times have the precision of
// label files. Nothing if it holds too little speech to be of use.
std::optional<data::PhoneClip> load_prompt(const Prompt& prompt, data::PhoneRecognizer& recognizer);

}  // namespace flowtalk::synth
