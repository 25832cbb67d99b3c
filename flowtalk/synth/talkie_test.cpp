// A game's file, made by hand: find_talkie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/synth/prompts.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk::synth {
namespace {

using ::testing::HasSubstr;

std::string big_endian(uint32_t value, int bytes) {
  std::string text;
  for (int i = bytes; i-- > 0;) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string counted(const std::string& text) { return static_cast<char>(text.size()) + text; }

// id, length, text, and what stands between texts
std::string line(uint32_t id, const std::string& text) {
  return big_endian(id, 4) + counted(text) + std::string(2, '\0');
}

std::string dialogue(uint32_t key, const std::string& texts) {
  std::string data = "AmBk";
  data.resize(24, '\0');
  data += big_endian(key, 2);
  data.resize(32, '\0');
  data += texts;
  data.resize(data.size() + 4, '\0');
  return data;
}

using Files = std::vector<std::pair<std::string, std::string>>;
std::string packed(const Files& files) {
  std::string table = "QTBLCEM10" + std::string(3, '\0') + '\1' +
                      big_endian(static_cast<uint32_t>(files.size()), 2),
              data;
  const size_t begin = table.size() + files.size() * 21;
  for (const auto& [name, bytes] : files) {
    std::string row = name;
    row.resize(12, '\0');
    table += row + '\1' + big_endian(static_cast<uint32_t>(begin + data.size()), 4) +
             big_endian(static_cast<uint32_t>(bytes.size()), 4);
    data += bytes;
  }
  return table + data;
}

struct Talkie : ::testing::Test {
  tests::ScratchFolder folder;
  const std::filesystem::path file = folder / "queen.1c";

  std::string sound() {
    audio::save_wav(folder / "a.wav", {16000, tests::speech_like(0.5)});
    return load_file(folder / "a.wav");
  }
  std::vector<std::pair<std::string, std::string>> said(const Files& files) {
    save_file(file, packed(files));
    std::vector<std::pair<std::string, std::string>> all;
    for (const Prompt& prompt : find_talkie(file)) all.emplace_back(prompt.key, prompt.text);
    return all;
  }
};

TEST_F(Talkie, LinesOfDialoguesAndScenesHaveTheirTexts) {
  const std::string hero = line(0x1e, "No way!*03") + line(0x2a, "Bye.*02So long.*01"),
                    other = line(0x1e, "*FROh yes.*04") + line(0x2a, "Not said by anybody.*01");
  const std::string scene = std::string(32, '\0') + counted("*FL") + '\0' + counted("*") + '\0' +
                            counted("*FLHey, \"you\"!*01") + counted("One...*01two.*02");
  const std::string sound = "s";
  EXPECT_THAT(said({{"02001EJ1.SB", sound},
                    {"02002AJ2.SB", sound},
                    {"02001EP2.SB", sound},
                    {"C9X__032.SB", sound},
                    {"C9X__041.SB", sound},
                    {"C9X__042.SB", sound},
                    {"AND.DOG", dialogue(2, hero + other)},
                    {"C9X.CUT", scene}}),
              testing::UnorderedElementsAre(
                  std::pair("02001EJ1", "No way!"), std::pair("02002AJ2", "So long."),
                  std::pair("02001EP2", "Oh yes."), std::pair("C9X__032", "Hey,  you !"),
                  std::pair("C9X__041", "One..."), std::pair("C9X__042", "two.")));
}

TEST_F(Talkie, ALineIsThePartOfTheFileThatItSays) {
  ASSERT_EQ(said({{"GAP", "x"},
                  {"02001EJ1.SB", sound()},
                  {"AND.DOG", dialogue(2, line(0x1e, "No way!*03"))}})
                .size(),
            1u);
  const Prompt prompt = find_talkie(file).front();
  EXPECT_EQ(prompt.name, "talkie_en_02001EJ1");
  EXPECT_TRUE(prompt.aligned_only);
  EXPECT_EQ(load_prompt_audio(prompt).samples, audio::load_audio(folder / "a.wav").samples);
}

TEST_F(Talkie, WhatIsCutShortIsRefusedOrHasNoLines) {
  EXPECT_TRUE(find_talkie(folder / "none").empty());
  const std::string whole =
      packed({{"AND.DOG", dialogue(2, line(0x1e, "No way!*03"))}, {"02001EJ1.SB", "sound"}});
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    save_file(file, whole.substr(0, bytes));
    EXPECT_THAT(tests::refusal([&] { find_talkie(file); }), HasSubstr("no compressed game data"));
  }
  // Texts that say they are longer than their file.
  std::string torn = dialogue(2, line(0x1e, "No way!*03"));
  for (size_t bytes = 0; bytes < torn.size(); ++bytes) {
    save_file(file, packed({{"AND.DOG", torn.substr(0, bytes)}, {"02001EJ1.SB", "s"}}));
    EXPECT_LE(find_talkie(file).size(), 1u);
  }
}

}  // namespace
}  // namespace flowtalk::synth
