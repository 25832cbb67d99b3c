// Speech with known phones: on disk a folder with wav/NAME.wav (16 kHz mono) and phones/NAME.lab
// (lines "START END PHONE", seconds); in memory samples and phones.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/data/phones.h"

namespace flowtalk::data {

struct PhoneClip {
  std::string name;
  audio::Audio audio;  // 16 kHz
  std::vector<Phone> phones;
};

// Label files. load fails on a line that is not "START END PHONE", an unknown phone, or times that
// run backwards; the message names file and line.
std::vector<Phone> load_phones(const std::filesystem::path& path);
void save_phones(const std::filesystem::path& path, const std::vector<Phone>& phones);

// Names of the clips that have both files, sorted. Error: no such folder, or none found.
std::vector<std::string> list_phone_clips(const std::filesystem::path& folder);
PhoneClip load_phone_clip(const std::filesystem::path& folder, const std::string& name);
std::vector<PhoneClip> load_phone_clips(const std::filesystem::path& folder);
void save_phone_clip(const std::filesystem::path& folder, const PhoneClip& clip);

// Class per encoder frame: frame i is centred at i * hop_s + centre_s, which for HuBERT's
// convolutions (receptive field 400, hop 320 at 16 kHz) is (320 i + 200) / 16000 s.
std::vector<int> frame_targets(const std::vector<Phone>& phones, int64_t frames,
                               double hop_s = 0.02, double centre_s = 0.0125);

}  // namespace flowtalk::data
