// Real recorded speech, as far as it is installed: the spoken prompts of Debian's
// asterisk-core-sounds-* and asterisk-prompt-* packages, a voice each, the spoken pictures of
// tuxpaint-stamps-default, many people in short sentences, and the actors of
// flight-of-the-amazon-queen.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/phone_recognizer.h"

namespace flowtalk::synth {

struct Prompt {
  std::filesystem::path path;
  std::string name;                  // of a clip: speaker and key, letters, digits, - and _ only
  std::string speaker;               // the folder, as "en_US_f_Allison"
  std::string key;                   // path below it without extension, as "digits/5"
  std::string language;              // as "en"
  std::string text;                  // what is said, if known
  bool aligned_only = false;         // of no use unless the text fits
  size_t first_byte = 0, bytes = 0;  // where in the file it stands; 0: it is the file
  std::vector<data::Phone> phones;   // those of the list (prompt_list.h), where it is of the list
};

// Where recordings are installed.
struct PromptFolders {
  std::filesystem::path asterisk = "/usr/share/asterisk/sounds",
                        stamps = "/usr/share/tuxpaint/stamps",
                        talkie = "/usr/share/scummvm/flight-of-the-amazon-queen/queen.1c";
};

// Every installed recording of the voices we know that holds speech, sorted by speaker and key.
// Empty if none is installed.
std::vector<Prompt> find_sounds(const PromptFolders& folders = {});
// Those of them that a list of phones is made of (align_prompts.h), with their texts: at most 250
// stamps of each language.
std::vector<Prompt> find_prompts(const PromptFolders& folders = {});
// Those of the stamps with texts in plain words; at most so many of each language, evenly over all.
std::vector<Prompt> find_stamps(const std::filesystem::path& root, size_t most_of_language);
// The lines of the talkie whose texts are found in it. Error: damaged.
std::vector<Prompt> find_talkie(const std::filesystem::path& file);
// Speaker and key in letters, digits, - and _.
std::string clip_name(const std::string& speaker, const std::string& key);

// The package that a prompt of this name comes with. Error: no voice that we know.
std::string package_of(std::string_view name);
// Those of which nothing is among the prompts.
std::vector<std::string> missing_packages(const std::vector<Prompt>& prompts);
// What a user does about them, in one line.
std::string how_to_install(const std::vector<std::string>& packages);

audio::Audio load_prompt_audio(const Prompt& prompt);

// The prompt's samples and phones: aligned with its text if that is known and fits (words that are
// not in the dictionary, and other languages, by espeak-ng's pronunciation), recognised otherwise.
// Times have the precision of label files. Nothing if it holds too little speech to be of use, or
// if only alignment counts and it fails.
std::optional<data::PhoneClip> load_prompt(const Prompt& prompt, data::PhoneRecognizer& recognizer);

}  // namespace flowtalk::synth
