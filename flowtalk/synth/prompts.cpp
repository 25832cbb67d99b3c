#include "flowtalk/synth/prompts.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <tuple>

#include "flowtalk/base/error.h"
#include "flowtalk/synth/clip_names.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

// The recorded voices, by how the names of their clips begin, and what installs them; others that a
// machine may have are not taken, so that a corpus does not depend on them.
struct PromptVoice {
  std::string_view folder, package;
};
constexpr std::array<PromptVoice, 8> kPromptVoices = {{
    {"en_US_f_Allison", "asterisk-core-sounds-en-g722"},
    {"es_MX_f_Allison", "asterisk-core-sounds-es-g722"},
    {"fr_CA_f_June", "asterisk-core-sounds-fr-g722"},
    {"it_IT_f_Menardi", "asterisk-prompt-it-menardi-wav"},
    {"it_IT_m_Carlo", "asterisk-core-sounds-it-g722"},
    {"ru_RU_f_IvrvoiceRU", "asterisk-core-sounds-ru-g722"},
    {"stamps_", "tuxpaint-stamps-default"},
    {"talkie_", "flight-of-the-amazon-queen"},
}};

// The packages ship the texts compressed; zcat is part of every Debian system (gzip).
std::map<std::string, std::string> load_texts(const std::string& language) {
  std::map<std::string, std::string> texts;
  const std::string command = fmt::format(
      "zcat -f /usr/share/doc/asterisk-core-sounds-{0}/core-sounds-{0}.txt* 2>/dev/null", language);
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return texts;
  std::string all;
  std::array<char, 4096> buffer{};
  for (size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    all.append(buffer.data(), got);
  }
  pclose(pipe);
  std::istringstream lines(all);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t colon = line.find(": ");
    if (line.empty() || line[0] == ';' || colon == std::string::npos) continue;
    texts[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return texts;
}

bool is_speech(const std::string& key) {
  static constexpr std::array<std::string_view, 9> kTones = {
      "silence/",   "beep",       "beeperr",         "ascending-2tone", "descending-2tone",
      "tt-monkeys", "tt-allbusy", "confbridge-join", "confbridge-leave"};
  return std::none_of(kTones.begin(), kTones.end(),
                      [&key](std::string_view tone) { return key.rfind(tone, 0) == 0; });
}

// The phones of a text as espeak-ng would speak it.
std::vector<data::Phone> pronounce(const std::string& text, const std::string& language) {
  static const std::map<std::string, std::string, std::less<>> kVoices = {
      {"bg", "bg"},     {"ca", "ca"}, {"da", "da"}, {"el", "el"}, {"en", "en-us"},
      {"es", "es-419"}, {"fr", "fr"}, {"it", "it"}, {"ro", "ro"}, {"ru", "ru"}};
  const auto voice = kVoices.find(language);
  if (voice == kVoices.end() || !espeak_available()) return {};
  return speak(text, {.voice = voice->second}).phones;
}

std::vector<Prompt> prompts_of(const fs::path& folder) {
  constexpr uintmax_t kSmallest = 1000;  // bytes; a package holds an empty file
  std::vector<Prompt> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || entry.file_size() < kSmallest ||
        (extension != ".g722" && extension != ".wav"))
      continue;
    Prompt prompt;
    prompt.path = entry.path();
    prompt.speaker = folder.filename().string();
    prompt.language = prompt.speaker.substr(0, 2);
    prompt.key = fs::relative(entry.path(), folder).replace_extension("").string();
    prompt.name = clip_name(prompt.speaker, prompt.key);
    if (is_speech(prompt.key)) found.push_back(prompt);
  }
  return found;
}

std::vector<Prompt> find_asterisk(const fs::path& root) {
  std::vector<Prompt> prompts;
  for (const PromptVoice& voice : kPromptVoices) {
    if (!fs::is_directory(root / voice.folder)) continue;
    const auto found = prompts_of(root / voice.folder);
    prompts.insert(prompts.end(), found.begin(), found.end());
  }
  return prompts;
}

// Gives the telephone prompts their texts.
void add_texts(std::vector<Prompt>& prompts) {
  std::map<std::string, std::map<std::string, std::string>> texts;
  for (Prompt& prompt : prompts) {
    // Only the folders of the core sounds ("en_US_f_Allison") follow these texts.
    if (prompt.speaker == "it_IT_f_Menardi" || prompt.aligned_only) continue;
    const auto known = texts.try_emplace(prompt.language);
    if (known.second) known.first->second = load_texts(prompt.language);
    const auto found = known.first->second.find(prompt.key);
    if (found != known.first->second.end()) prompt.text = found->second;
  }
}

// At most so many stamps of each language.
std::vector<Prompt> find_all(const PromptFolders& folders, size_t stamps_of_language) {
  std::vector<Prompt> prompts = find_asterisk(folders.asterisk);
  const std::vector<Prompt> stamps = find_stamps(folders.stamps, stamps_of_language);
  prompts.insert(prompts.end(), stamps.begin(), stamps.end());
  const std::vector<Prompt> talkie = find_talkie(folders.talkie);
  prompts.insert(prompts.end(), talkie.begin(), talkie.end());
  std::sort(prompts.begin(), prompts.end(), [](const Prompt& a, const Prompt& b) {
    return std::tie(a.speaker, a.key, a.path) < std::tie(b.speaker, b.key, b.path);
  });
  // One voice in two formats (.g722 and .wav) counts once.
  const auto rest = std::unique(prompts.begin(), prompts.end(),
                                [](const Prompt& a, const Prompt& b) { return a.name == b.name; });
  prompts.erase(rest, prompts.end());
  return prompts;
}

}  // namespace

std::string clip_name(const std::string& speaker, const std::string& key) {
  std::string name = speaker + "_" + key;
  for (char& c : name) {
    if (!may_be_in_name(c)) c = '_';
  }
  return name;
}

std::vector<Prompt> find_sounds(const PromptFolders& folders) {
  return find_all(folders, std::numeric_limits<size_t>::max());
}

std::vector<Prompt> find_prompts(const PromptFolders& folders) {
  constexpr size_t kMostOfLanguage = 250;
  std::vector<Prompt> prompts = find_all(folders, kMostOfLanguage);
  add_texts(prompts);
  return prompts;
}

std::string package_of(std::string_view name) {
  for (const PromptVoice& voice : kPromptVoices) {
    if (name.starts_with(voice.folder)) return std::string(voice.package);
  }
  fail("{}: no prompt of a recorded voice is called so", name);
}

std::vector<std::string> missing_packages(const std::vector<Prompt>& prompts) {
  std::vector<std::string> packages;
  for (const PromptVoice& voice : kPromptVoices) {
    const bool heard = std::any_of(prompts.begin(), prompts.end(), [&voice](const Prompt& prompt) {
      return prompt.name.starts_with(voice.folder);
    });
    if (!heard) packages.emplace_back(voice.package);
  }
  return packages;
}

std::string how_to_install(const std::vector<std::string>& packages) {
  if (packages.empty()) return "";
  const std::string which = packages.size() == kPromptVoices.size()
                                ? "the recorded voices"
                                : fmt::format("the voices of {}", fmt::join(packages, ", "));
  return which + "; `scripts/install_deps.sh corpus` installs them";
}

namespace {

// Bytes as a file without a name, which goes when this does.
class BytesAsFile {
 public:
  explicit BytesAsFile(std::string_view bytes) : file_(memfd_create("prompt", MFD_CLOEXEC)) {
    if (file_ < 0 || write(file_, bytes.data(), bytes.size()) != std::ssize(bytes)) {
      fail("{} bytes of sound: no memory for them", bytes.size());
    }
  }
  ~BytesAsFile() {
    if (file_ >= 0) close(file_);
  }
  BytesAsFile(const BytesAsFile&) = delete;
  BytesAsFile& operator=(const BytesAsFile&) = delete;
  fs::path path() const { return fmt::format("/proc/self/fd/{}", file_); }

 private:
  int file_;
};

std::string bytes_of(const Prompt& prompt) {
  std::ifstream in(prompt.path, std::ios::binary);
  std::string bytes(prompt.bytes, '\0');
  in.seekg(static_cast<std::streamoff>(prompt.first_byte));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) fail("{}: ends within {}; install it again", prompt.path.string(), prompt.key);
  return bytes;
}

}  // namespace

audio::Audio load_prompt_audio(const Prompt& prompt) {
  const audio::LoadOptions any{.min_duration_s = 0.0};
  if (prompt.bytes == 0) return audio::load_audio(prompt.path, any);
  return audio::load_audio(BytesAsFile(bytes_of(prompt)).path(), any);
}

std::optional<data::PhoneClip> load_prompt(const Prompt& prompt,
                                           data::PhoneRecognizer& recognizer) {
  constexpr double kLongest_s = 20, kLeastSpeech_s = 0.2;
  data::PhoneClip clip;
  clip.name = prompt.name;
  clip.audio = load_prompt_audio(prompt);
  const double duration = clip.audio.duration_s();
  if (duration < kLeastSpeech_s || duration > kLongest_s) return std::nullopt;
  std::optional<std::vector<data::Phone>> aligned;
  if (!prompt.text.empty()) {
    if (prompt.language == "en") aligned = recognizer.align(clip.audio, prompt.text);
    if (!aligned) {
      aligned = recognizer.align(clip.audio, pronounce(prompt.text, prompt.language));
    }
  }
  if (!aligned && prompt.aligned_only) return std::nullopt;
  clip.phones = aligned ? *aligned : recognizer.recognize(clip.audio);
  double speech_s = 0;
  for (data::Phone& p : clip.phones) {
    p.start_s = std::round(p.start_s * 1e4) / 1e4;
    p.end_s = std::round(p.end_s * 1e4) / 1e4;
    if (p.id != data::kSilence) speech_s += p.end_s - p.start_s;
  }
  if (speech_s < kLeastSpeech_s) return std::nullopt;
  return clip;
}

}  // namespace flowtalk::synth
