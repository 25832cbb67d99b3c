#include "apps/train_words.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace flowtalk::apps {
namespace {

bool has_option(const Args& words, std::string_view name) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == name || word.starts_with(std::string(name) + "=");
  });
}

}  // namespace

Args with_stage(Args words) {
  if (!words.front().starts_with("--") || !has_option(words, "--model")) return words;
  const bool second = has_option(words, "--save-path") || has_option(words, "--out");
  fmt::print(stderr, "no stage is named: {}\n",
             second ? "with a folder to save in this is stage 2, as `flowtalk train generator`"
                    : "without a folder to save in this is stage 1, as `flowtalk train prior`");
  words.insert(words.begin(), second ? "generator" : "prior");
  return words;
}

}  // namespace flowtalk::apps
