// The phones of every recorded prompt that a corpus has, in a list that comes with the program
// (models/prompt_phones.gz). A recogniser heard them once (align_prompts.h); no corpus asks one
// again, so that its clips and their phones are the same on every machine.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/data/phones.h"

namespace flowtalk::synth {

struct ListedPrompt {
  std::string name;                 // of the clip
  std::vector<data::Phone> phones;  // gapless from 0 to the end; none: it holds no speech of use
  bool operator==(const ListedPrompt&) const = default;
};

// A list as text. Line 1 names the format, each other line a prompt:
//   NAME                                      holds no speech of use, and only keeps its place
//   NAME DURATION PHONE FRAMES PHONE ...      DURATION in 0.1 ms; after 7.8 ms the first phone
//   lasts
//                                             so many frames of 10 ms, the last one to the end
// Errors name the line: anything else, a phone that is not one of data/phones.h or goes on in the
// next, a name that came before, phones beyond the duration, less than 0.2
// s, more than 20 s.
std::vector<ListedPrompt> read_prompt_list(std::string_view text, const std::string& where);
// Read again it is the same. Error: times that the format cannot hold.
std::string write_prompt_list(const std::vector<ListedPrompt>& list);

// Packed by gzip.
std::vector<ListedPrompt> load_prompt_list(const std::filesystem::path& path);
void save_prompt_list(const std::filesystem::path& path, const std::vector<ListedPrompt>& list);
// The one that ships. Error: it is not where the files that ship are.
std::vector<ListedPrompt> load_prompt_list();

}  // namespace flowtalk::synth
