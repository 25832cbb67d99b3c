#include "flowtalk/synth/listed_prompts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "flowtalk/base/error.h"

namespace flowtalk::synth {
namespace {

constexpr double kApart_s = 0.0101;  // 10 ms, and what rounding to 0.1 ms may add

}  // namespace

ListedPrompts find_listed(const std::vector<ListedPrompt>& list, const PromptFolders& folders) {
  std::map<std::string_view, const Prompt*> found;
  const std::vector<Prompt> sounds = find_sounds(folders);
  for (const Prompt& sound : sounds) found[sound.name] = &sound;
  ListedPrompts listed{.prompts = {}, .missing = missing_packages(sounds)};
  std::map<std::string, std::vector<std::string_view>> lost;  // by package
  for (const ListedPrompt& line : list) {
    Prompt prompt;
    prompt.name = line.name;
    const auto sound = found.find(line.name);
    const std::string package = package_of(line.name);
    if (line.phones.empty() || std::ranges::count(listed.missing, package) > 0) {
      // keeps its place
    } else if (sound == found.end()) {
      lost[package].push_back(line.name);
    } else {
      prompt = *sound->second;
      prompt.phones = line.phones;
    }
    listed.prompts.push_back(std::move(prompt));
  }
  if (!lost.empty()) {
    const auto& [package, names] = *lost.begin();
    fail("{}: {} of its recorded prompts are not on this machine, the first {}; install it anew",
         package, names.size(), names.front());
  }
  return listed;
}

data::PhoneClip load_listed(const Prompt& prompt) {
  data::PhoneClip clip{prompt.name, load_prompt_audio(prompt), prompt.phones};
  const double expected_s = clip.phones.back().end_s, got_s = clip.audio.duration_s();
  if (std::abs(got_s - expected_s) > kApart_s) {
    fail("{} ({}): {:.3f} s long, expected {:.3f} s; install {} anew, in Debian 12's version",
         prompt.name, prompt.path.string(), got_s, expected_s, package_of(prompt.name));
  }
  return clip;
}

}  // namespace flowtalk::synth
