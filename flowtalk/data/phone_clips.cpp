#include "flowtalk/data/phone_clips.h"

#include <algorithm>
#include <sstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

std::vector<Phone> load_phones(const fs::path& path) {
  std::istringstream text(load_file(path));
  std::vector<Phone> phones;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (line.empty()) continue;
    std::istringstream fields(line);
    Phone next;
    std::string name;
    if (!(fields >> next.start_s >> next.end_s >> name)) {
      fail("{}:{}: expected 'START END PHONE', got '{}'", path.string(), number, line);
    }
    next.id = find_phone(name);
    if (next.id < 0) fail("{}:{}: unknown phone '{}'", path.string(), number, name);
    const double earliest = phones.empty() ? 0.0 : phones.back().end_s - 1e-3;
    if (next.start_s < earliest || next.end_s < next.start_s) {
      fail("{}:{}: times run backwards", path.string(), number);
    }
    phones.push_back(next);
  }
  return phones;
}

void save_phones(const fs::path& path, const std::vector<Phone>& phones) {
  std::string text;
  for (const Phone& p : phones) {
    text +=
        fmt::format("{:.4f} {:.4f} {}\n", p.start_s, p.end_s, kPhones[static_cast<size_t>(p.id)]);
  }
  save_file(path, text);
}

std::vector<std::string> list_phone_clips(const fs::path& folder) {
  if (!fs::is_directory(folder / "phones")) {
    fail("{}: no folder 'phones' with label files; make the corpus first", folder.string());
  }
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "phones")) {
    if (entry.path().extension() != ".lab") continue;
    const std::string name = entry.path().stem().string();
    if (fs::exists(folder / "wav" / (name + ".wav"))) names.push_back(name);
  }
  if (names.empty())
    fail("{}: no clip with both phones/NAME.lab and wav/NAME.wav", folder.string());
  std::sort(names.begin(), names.end());
  return names;
}

PhoneClip load_phone_clip(const fs::path& folder, const std::string& name) {
  PhoneClip clip;
  clip.name = name;
  clip.audio = audio::load_audio(folder / "wav" / (name + ".wav"));
  clip.phones = load_phones(folder / "phones" / (name + ".lab"));
  return clip;
}

std::vector<PhoneClip> load_phone_clips(const fs::path& folder) {
  std::vector<PhoneClip> clips;
  for (const std::string& name : list_phone_clips(folder)) {
    clips.push_back(load_phone_clip(folder, name));
  }
  return clips;
}

void save_phone_clip(const fs::path& folder, const PhoneClip& clip) {
  const fs::path wav = folder / "wav" / (clip.name + ".wav");
  make_parent_folder(wav);
  audio::save_wav(wav, clip.audio);
  const fs::path phones = folder / "phones" / (clip.name + ".lab");
  make_parent_folder(phones);
  save_phones(phones, clip.phones);  // last: a clip with labels is complete
}

std::vector<int> frame_targets(const std::vector<Phone>& phones, int64_t frames, double hop_s,
                               double centre_s) {
  std::vector<int> targets(static_cast<size_t>(frames), kSilence);
  size_t at = 0;
  for (int64_t i = 0; i < frames; ++i) {
    const double time = static_cast<double>(i) * hop_s + centre_s;
    while (at < phones.size() && phones[at].end_s <= time) ++at;
    if (at < phones.size() && phones[at].start_s <= time) {
      targets[static_cast<size_t>(i)] = phones[at].id;
    }
  }
  return targets;
}

}  // namespace flowtalk::data
