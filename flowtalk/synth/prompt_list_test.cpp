// The list of recorded prompts: read, refused, and held beside the sounds of a machine.
#include "flowtalk/synth/prompt_list.h"

#include <gmock/gmock.h>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/synth/listed_prompts.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tests::refusal;

const std::string kHeader = "flowtalk phones of recorded prompts 1\n";

std::string refused(const std::string& lines) {
  return refusal([&] { read_prompt_list(kHeader + lines, "list"); });
}

TEST(PromptList, IsReadAndWritten) {
  const std::string text = kHeader +
                           "en_US_f_Allison_hello 5000 SIL 5 HH 10 AH\n"
                           "talkie_en_01\n"
                           "stamps_fr_cat 200000 M\n";
  const auto list = read_prompt_list(text, "list");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0].name, "en_US_f_Allison_hello");
  const std::vector<data::Phone> phones = {{0, 0.0578, data::kSilence},
                                           {0.0578, 0.1578, data::phone("HH")},
                                           {0.1578, 0.5, data::phone("AH")}};
  EXPECT_EQ(list[0].phones, phones);
  EXPECT_TRUE(list[1].phones.empty());
  EXPECT_EQ(list[2].phones, (std::vector<data::Phone>{{0, 20, data::phone("M")}}));
  EXPECT_EQ(write_prompt_list(list), text);
}

TEST(PromptList, RefusesWhatIsNoList) {
  EXPECT_THAT(refusal([] { read_prompt_list("", "list"); }), HasSubstr("list: holds no prompts"));
  EXPECT_THAT(refusal([] { read_prompt_list("phones 2\n", "list"); }),
              HasSubstr("list:1: expected 'flowtalk phones"));
  EXPECT_THAT(refused("a_b 5000 SIL 5 HH 10 A"), HasSubstr("list:2: the line is cut off"));
  EXPECT_THAT(refused("a_b 5000 SIL 5 XX\n"), HasSubstr("list:2: 'XX' is no phone"));
  EXPECT_THAT(refused("a_b 5000 SIL 5 ax\n"), HasSubstr("'ax' is no phone"));
  EXPECT_THAT(refused("a_b 5000 SIL 5\n"), HasSubstr("'' is no phone"));
  EXPECT_THAT(refused("a_b 5000 SIL 5 SIL\n"), HasSubstr("SIL follows itself"));
  EXPECT_THAT(refused("a_b 5000\na_b\n"), HasSubstr("list:2: '' is no phone"));
  EXPECT_THAT(refused("a_b 5000 M\nc\na_b\n"), HasSubstr("list:4: a_b is there twice"));
  EXPECT_THAT(refused("a/b 5000 M\n"), HasSubstr("'a/b' is no name"));
  EXPECT_THAT(refused("\n"), HasSubstr("list:2: '' is no name"));
  EXPECT_THAT(refused(std::string(300, 'a') + "\n"), HasSubstr("is no name"));
  for (const char* duration :
       {"0", "-1", "1999", "200001", "5e3", "99999999999999999999", "+5000"}) {
    EXPECT_THAT(refused(std::string("a_b ") + duration + " M\n"), HasSubstr("from 2000 to 200000"));
  }
  EXPECT_THAT(refused("a_b 5000 M 0 P\n"), HasSubstr("list:2: expected frames behind phone 1"));
  EXPECT_THAT(refused("a_b 5000 M  P\n"), HasSubstr("expected frames behind phone 1"));
  EXPECT_THAT(refused("a_b 5078 M 50 P\n"), HasSubstr("beyond its duration"));
  EXPECT_EQ(refused("a_b 5079 M 50 P\n"), "was taken");
}

TEST(PromptList, RefusesToWriteTimesBetweenFrames) {
  const int m = data::phone("M"), p = data::phone("P");
  EXPECT_THAT(refusal([&] {
                write_prompt_list({{"a", {{0, 0.1, m}, {0.1, 0.5, p}}}});
              }),
              HasSubstr("not whole frames"));
}

struct PromptFiles : ::testing::Test {
  PromptFolders folders() const { return {root / "asterisk", root / "stamps", root / "queen.1c"}; }
  // Half a second of Allison.
  fs::path say(const std::string& key) const {
    const fs::path path = root / "asterisk" / "en_US_f_Allison" / (key + ".wav");
    fs::create_directories(path.parent_path());
    audio::Audio voice;
    voice.samples = tests::speech_like(0.5);
    audio::save_wav(path, voice);
    return path;
  }
  tests::ScratchFolder root;
};

TEST_F(PromptFiles, ArePackedAndCutOffOnesRefused) {
  const auto list = read_prompt_list(kHeader + "a_b 5000 SIL 5 HH 10 AH\n", "list");
  const fs::path path = root / "lists" / "phones.gz";
  save_prompt_list(path, list);
  EXPECT_EQ(load_prompt_list(path), list);
  const std::string bytes = load_file(path);
  save_file(path, bytes.substr(0, bytes.size() - 9));
  EXPECT_THAT(refusal([&] { load_prompt_list(path); }), HasSubstr("damaged or cut off"));
  save_file(path, kHeader);
  EXPECT_THAT(refusal([&] { load_prompt_list(path); }), HasSubstr("phones.gz"));
}

TEST_F(PromptFiles, AreFoundInTheOrderOfTheList) {
  say("hello");
  say("digits/5");
  const auto list = read_prompt_list(kHeader +
                                         "en_US_f_Allison_hello 5000 SIL 5 HH 10 AH\n"
                                         "talkie_en_01 9000 SIL\n"
                                         "en_US_f_Allison_gone\n"
                                         "en_US_f_Allison_digits_5 5090 F 10 AY\n",
                                     "list");
  const ListedPrompts listed = find_listed(list, folders());
  ASSERT_EQ(listed.prompts.size(), 4u);
  EXPECT_EQ(listed.prompts[0].phones, list[0].phones);
  EXPECT_EQ(listed.prompts[0].speaker, "en_US_f_Allison");
  EXPECT_TRUE(listed.prompts[1].path.empty());  // not installed
  EXPECT_TRUE(listed.prompts[2].path.empty());  // of no use
  EXPECT_EQ(listed.prompts[3].key, "digits/5");
  EXPECT_EQ(listed.missing.size(), 7u);
  EXPECT_THAT(how_to_install(listed.missing), HasSubstr("tuxpaint-stamps-default"));
  EXPECT_EQ(load_listed(listed.prompts[0]).phones, list[0].phones);
  EXPECT_EQ(load_listed(listed.prompts[3]).audio.samples.size(), 8000u);  // 9 ms are no difference
}

TEST_F(PromptFiles, OfOtherSoundsAreRefusedWithTheirPackage) {
  say("hello");
  const auto longer = read_prompt_list(kHeader + "en_US_f_Allison_hello 5110 HH 10 AH\n", "list");
  const ListedPrompts listed = find_listed(longer, folders());
  EXPECT_THAT(refusal([&] { load_listed(listed.prompts[0]); }),
              HasSubstr("0.500 s long, expected 0.511 s; install asterisk-core-sounds-en-g722"));
  const auto more = read_prompt_list(kHeader +
                                         "en_US_f_Allison_hello 5000 HH 10 AH\n"
                                         "en_US_f_Allison_gone 5000 HH 10 AH\n",
                                     "list");
  EXPECT_THAT(refusal([&] { find_listed(more, folders()); }),
              HasSubstr("asterisk-core-sounds-en-g722: 1 of its recorded prompts are not on this "
                        "machine, the first en_US_f_Allison_gone"));
  const auto nobody = read_prompt_list(kHeader + "xx_YY_f_Nobody 5000 M\n", "list");
  EXPECT_THAT(refusal([&] { find_listed(nobody, folders()); }), HasSubstr("xx_YY_f_Nobody: no"));
}

// The one that ships: what docs/data.md says of it, and no name that has no package.
TEST(ShippedPromptList, IsWhole) {
  const auto list = load_prompt_list();
  int64_t with_phones = 0;
  for (const ListedPrompt& prompt : list) {
    EXPECT_NE(package_of(prompt.name), "");
    with_phones += prompt.phones.empty() ? 0 : 1;
  }
  EXPECT_EQ(with_phones, 8396);
}

}  // namespace
}  // namespace flowtalk::synth
