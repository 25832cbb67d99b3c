// The one phone set of flowtalk: silence and the 39 ARPAbet phones of the CMU dictionary (no
// stress), and how the symbols of espeak-ng, flite and pocketsphinx map onto it.
#pragma once

#include <array>
#include <string_view>
#include <vector>

namespace flowtalk::data {

inline constexpr int kPhoneCount = 40;
inline constexpr int kSilence = 0;
inline constexpr std::array<std::string_view, kPhoneCount> kPhones = {
    "SIL", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY",
    "F",   "G",  "HH", "IH", "IY", "JH", "K",  "L", "M",  "N", "NG", "OW", "OY", "P",
    "R",   "S",  "SH", "T",  "TH", "UH", "UW", "V", "W",  "Y", "Z",  "ZH"};

// Index of an ARPAbet name known at compile time: phone("AA"). A wrong name does not compile.
consteval int phone(std::string_view name) {
  for (int i = 0; i < kPhoneCount; ++i) {
    if (kPhones[static_cast<size_t>(i)] == name) return i;
  }
  throw "no such phone";
}

// A phone and when it sounds, in seconds.
struct Phone {
  double start_s = 0, end_s = 0;
  int id = kSilence;
  bool operator==(const Phone&) const = default;
};

// Class of an ARPAbet name with or without stress digit, any case, of a flite name ("ax", "pau") or
// of a pocketsphinx name ("SIL", "+NOISE+"); -1 if it is none of these.
int find_phone(std::string_view name);
// The same; a name that is not known counts as the neutral vowel AH.
int phone_of_name(std::string_view name);

// The classes of one espeak-ng phoneme mnemonic, in order: empty for marks without a sound
// (stress, palatalisation, a change of language), two for a vowel with r ("O@" is AO R), an
// affricate or a syllabic consonant. Vowels and consonants that English lacks go by their lips. The
// language ("ru") tells mnemonics apart that mean different sounds. A mnemonic that is not in the
// table maps by its first known letter, at worst to AH.
std::vector<int> phones_of_espeak(std::string_view mnemonic, std::string_view language = {});

// P B M and the open vowels AA AE AO AY EH OW: what a lip check compares.
bool is_bilabial(int phone);
bool is_open_vowel(int phone);
bool is_vowel(int phone);

// Joins neighbours of one class, drops empty phones, and fills gaps and the time up to duration_s
// with silence.
std::vector<Phone> tidy_phones(std::vector<Phone> phones, double duration_s);

}  // namespace flowtalk::data
