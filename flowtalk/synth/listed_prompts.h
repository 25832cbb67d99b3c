// The prompts of a list (prompt_list.h) on this machine.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/data/phone_clips.h"
#include "flowtalk/synth/prompt_list.h"
#include "flowtalk/synth/prompts.h"

namespace flowtalk::synth {

struct ListedPrompts {
  // One for each line of the list, in its order, with its phones. Those without a path are of no
  // use, or of a voice that is not installed.
  std::vector<Prompt> prompts;
  std::vector<std::string> missing;  // packages that are not installed
};
// Where the prompts of the list are on this machine. Error: a voice is installed, but a sound of it
// is not there.
ListedPrompts find_listed(const std::vector<ListedPrompt>& list, const PromptFolders& folders = {});

// The samples of such a prompt with its phones. Error: they are not as long as its phones are, to
// 10 ms.
data::PhoneClip load_listed(const Prompt& prompt);

}  // namespace flowtalk::synth
