#include "flowtalk/synth/speech.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/synth/corpus.h"
#include "flowtalk/synth/foreign_speech.h"
#include "flowtalk/synth/phone_corpus.h"
#include "flowtalk/synth/prompts.h"
#include "flowtalk/synth/sentences.h"
#include "flowtalk/synth/speaker_style.h"
#include "tests/scratch_folder.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;
constexpr const char* kNoEspeak = "skipped: espeak-ng finds no data files; install espeak-ng-data";

std::vector<int> sounds(const Speech& speech) {
  std::vector<int> ids;
  for (const data::Phone& p : speech.phones) {
    if (p.id != data::kSilence) ids.push_back(p.id);
  }
  return ids;
}

float loudness(const audio::Audio& audio, double from_s, double to_s) {
  double sum = 0;
  int64_t count = 0;
  for (auto i = static_cast<size_t>(from_s * audio.rate_hz);
       i < static_cast<size_t>(to_s * audio.rate_hz) && i < audio.samples.size(); ++i, ++count) {
    sum += static_cast<double>(audio.samples[i]) * audio.samples[i];
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(std::max<int64_t>(count, 1))));
}

void expect_gapless(const Speech& speech) {
  double at = 0;
  for (const data::Phone& p : speech.phones) {
    EXPECT_NEAR(p.start_s, at, 1e-9);
    EXPECT_GT(p.end_s, p.start_s);
    at = p.end_s;
  }
  EXPECT_NEAR(at, speech.audio.duration_s(), 1e-3);
}

TEST(Flite, SpeaksKnownPhonesAtAudibleTimes) {
  using data::phone;
  const Speech speech = speak("Mama.", {.engine = Engine::kFlite, .voice = "slt"});
  EXPECT_EQ(sounds(speech), (std::vector<int>{phone("M"), phone("AA"), phone("M"), phone("AH")}));
  expect_gapless(speech);
  for (const data::Phone& p : speech.phones) {
    if (p.id != phone("AA")) continue;
    EXPECT_GT(loudness(speech.audio, p.start_s, p.end_s), 0.02f);
  }
}

TEST(Espeak, SpeaksKnownPhonesAtAudibleTimes) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  using data::phone;
  const Speech speech = speak("Stop, papa.", {.voice = "en-us"});
  EXPECT_EQ(sounds(speech), (std::vector<int>{phone("S"), phone("T"), phone("AA"), phone("P"),
                                              phone("P"), phone("AA"), phone("P"), phone("AH")}));
  expect_gapless(speech);
  // The first half of a P is its closure: much quieter than the vowel before.
  for (size_t i = 1; i < speech.phones.size(); ++i) {
    const data::Phone &vowel = speech.phones[i - 1], &stop = speech.phones[i];
    if (stop.id != phone("P") || !data::is_vowel(vowel.id)) continue;
    EXPECT_LT(loudness(speech.audio, stop.start_s, stop.start_s + 0.03),
              0.35f * loudness(speech.audio, vowel.start_s, vowel.end_s));
  }
}

TEST(Espeak, RateAndPitchAct) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  const std::string text = "We will see you tomorrow by the old bridge.";
  const double slow = speak(text, {.rate = 0.8}).audio.duration_s(),
               fast = speak(text, {.rate = 1.2}).audio.duration_s();
  EXPECT_GT(slow, 1.25 * fast);
  EXPECT_NE(speak(text, {.pitch = 0.8}).audio.samples, speak(text, {.pitch = 1.2}).audio.samples);
}

TEST(Speak, UnknownVoicesFail) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  EXPECT_THROW(speak("Hello.", {.voice = "klingon-nowhere"}), Error);
  EXPECT_THROW(speak("Hello.", {.engine = Engine::kFlite, .voice = "nobody"}), Error);
}

TEST(Speak, EveryDrawnVoiceSpeaksTheSameFromAnyThread) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  constexpr int64_t kVoices = 24;
  const auto run = [](int threads) {
    std::vector<Speech> all(kVoices);
    ThreadPool pool(threads);
    pool.parallel_for(kVoices, [&](int64_t i) {
      Rng rng = Rng(9).fork(static_cast<uint64_t>(i));
      const VoiceRecipe voice = draw_voice(rng);
      all[static_cast<size_t>(i)] = speak("Papa bought a purple map.", voice);
    });
    return all;
  };
  const auto one = run(1), two = run(3);
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].audio.samples, two[i].audio.samples);
    EXPECT_EQ(one[i].phones, two[i].phones);
    EXPECT_GT(sounds(one[i]).size(), 12u);
  }
}

TEST(UnseenVoices, AreOfNoTrainingCorpus) {
  const auto variant = [](const std::string& voice) {
    const size_t plus = voice.find('+');
    return plus == std::string::npos ? "" : voice.substr(plus + 1);
  };
  std::set<std::string> heard, unseen;
  Rng rng(5);
  for (int i = 0; i < 3000; ++i) heard.insert(variant(draw_voice(rng).voice));
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    for (int style = 0; style < 32; ++style)
      heard.insert(variant(draw_style(seed, style).voice.voice));
  }
  for (uint64_t i = 0; i < 300; ++i) {
    unseen.insert(variant(draw_unseen_voice(i % 2 == 0, Rng(1).fork(i)).voice));
  }
  EXPECT_GE(unseen.size(), 10u);
  for (const std::string& voice : unseen) EXPECT_FALSE(heard.contains(voice)) << voice;
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  for (uint64_t i = 0; i < 40; ++i) {
    EXPECT_GT(
        speak("Papa made a map.", draw_unseen_voice(i % 2 == 0, Rng(2).fork(i))).phones.size(), 8u);
  }
}

TEST(Sentences, HoldEveryPhone) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  std::set<int> heard;
  for (size_t i = 0; i < written_sentences().size(); i += 4) {
    for (const int id : sounds(speak(std::string(written_sentences()[i]), {}))) heard.insert(id);
  }
  EXPECT_EQ(heard.size(), static_cast<size_t>(data::kPhoneCount - 1));
}

TEST(ForeignLines, AreSpokenWithClosedLipsAndVowels) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  std::map<std::string, std::set<int>> heard;
  for (const ForeignLine& line : foreign_lines()) {
    const Speech speech = speak(line.text, {.voice = line.voice});
    EXPECT_GT(speech.audio.duration_s(), 0.8) << line.text;
    EXPECT_LT(speech.audio.duration_s(), 8) << line.text;  // spelled letter by letter it is longer
    for (const data::Phone& p : speech.phones) heard[line.voice].insert(p.id);
  }
  EXPECT_EQ(heard.size(), 4u);
  for (const auto& [voice, ids] : heard) {
    for (const char* name : {"P", "B", "M", "UW", "IY"}) {
      if (voice == "cmn-latn-pinyin" && name == std::string("B")) continue;  // b is a P
      EXPECT_TRUE(ids.contains(data::find_phone(name))) << voice << " without " << name;
    }
  }
}

TEST(ForeignLines, AVariantOfAVoiceSpeaksItsLanguage) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  for (const char* voice :
       {"ja", "ja+f2"}) {  // hi is an H in Japanese, the same symbol SH in German
    std::set<int> heard;
    for (const data::Phone& p : speak("ひと、ひかり。", {.voice = voice}).phones)
      heard.insert(p.id);
    EXPECT_TRUE(heard.contains(data::phone("HH"))) << voice;
    EXPECT_FALSE(heard.contains(data::phone("SH"))) << voice;
  }
}

TEST(Sentences, ThousandsThatDiffer) {
  std::set<std::string> texts;
  Rng rng(1);
  for (int i = 0; i < 4000; ++i) texts.insert(draw_sentence(rng));
  EXPECT_GT(texts.size(), 3000u);
}

TEST(Sentences, TestsHearNoWrittenSentenceOfTraining) {
  Rng rng(2);
  std::set<std::string> train, test;
  for (int i = 0; i < 3000; ++i) {
    train.insert(draw_sentence(rng, SentenceGroup::kTrain));
    test.insert(draw_sentence(rng, SentenceGroup::kTest));
  }
  for (const std::string_view text : written_sentences()) {
    EXPECT_FALSE(train.contains(std::string(text)) && test.contains(std::string(text))) << text;
  }
}

class Folder : public ::testing::Test {
 protected:
  tests::ScratchFolder root_;

  CorpusOptions options(const char* name, int threads) const {
    CorpusOptions o;
    o.out = root_ / name;
    o.clips_per_style = 1;
    o.real_prompts = false;
    o.threads = threads;
    o.quiet = true;
    return o;
  }
  static std::map<std::string, std::string> bytes(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      if (entry.path().filename().string().starts_with(".lock")) continue;
      files[fs::relative(entry.path(), folder).string()] = load_file(entry.path());
    }
    return files;
  }
};

TEST_F(Folder, CorpusIsTheSameForAnyThreadsAndResumes) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  const CorpusReport first = make_corpus(options("a", 1));
  EXPECT_EQ(first.written, 32);
  make_corpus(options("b", 2));
  const auto a = bytes(root_ / "a");
  EXPECT_EQ(a, bytes(root_ / "b"));
  const data::Index index = data::scan_dataset(root_ / "a" / "mead");
  EXPECT_EQ(index.clips.size(), 32u);
  EXPECT_TRUE(index.misnamed.empty() && index.unpaired.empty());
  // A clip that was cut off half-way is made again, the others are kept.
  fs::remove(index.clips[3].motion);
  fs::remove(root_ / "a" / "mead" / "phones" / (index.clips[3].stem + ".lab"));
  const CorpusReport second = make_corpus(options("a", 2));
  EXPECT_EQ(second.written, 1);
  EXPECT_EQ(second.kept, 31);
  EXPECT_EQ(a, bytes(root_ / "a"));
  CorpusOptions other = options("a", 1);
  other.seed = 2;
  EXPECT_THROW(make_corpus(other), Error);
  // In parts, in any order, the first of which did not come; then as a whole.
  for (const char* part : {"3/3", "2/3"}) {
    CorpusOptions own = options("c", 1);
    own.own_part = part;
    EXPECT_GE(make_corpus(own).written, 10) << part;
  }
  EXPECT_EQ(make_corpus(options("c", 2)).written, 11);
  EXPECT_EQ(a, bytes(root_ / "c"));
}

TEST_F(Folder, PromptsOfKnownVoicesOnly) {
  const std::string sound(2000, 'x');
  for (const char* folder : {"en_US_f_Allison", "xx_YY_f_Nobody"}) {
    fs::create_directories(root_ / folder / "digits");
    save_file(root_ / folder / "digits" / "5.g722", sound);
  }
  const auto prompts = find_prompts({root_, root_ / "stamps", root_ / "queen.1c"});
  ASSERT_EQ(prompts.size(), 1u);
  EXPECT_EQ(prompts[0].name, "en_US_f_Allison_digits_5");
  const auto missing = missing_packages(prompts);
  EXPECT_EQ(missing.size(), 7u);
  EXPECT_EQ(std::ranges::count(missing, "asterisk-core-sounds-ru-g722"), 1);
  EXPECT_EQ(std::ranges::count(missing, "asterisk-core-sounds-en-g722"), 0);
}

TEST_F(Folder, OneVoiceInTwoFormatsCountsOnce) {
  fs::create_directories(root_ / "en_US_f_Allison");
  for (const char* name : {"hello.g722", "hello.wav"}) {
    save_file(root_ / "en_US_f_Allison" / name, std::string(2000, 'x'));
  }
  EXPECT_EQ(find_prompts({root_, root_ / "stamps", root_ / "queen.1c"}).size(), 1u);
}

TEST_F(Folder, StampsHaveTheirOwnTexts) {
  const fs::path stamps = root_ / "stamps" / "animals";
  fs::create_directories(stamps);
  save_file(stamps / "cat.txt", "A cat.\nes.utf8=Un gato.\nfr.utf8=Un chat.\nro.utf8=O pisica.\n");
  save_file(stamps / "coin.txt", "A coin.\nfr.utf8=25 cents ($.25).\n");
  for (const char* name : {"cat_desc_fr.ogg", "cat_desc_es.ogg", "cat_desc.ogg", "cat_desc_el.ogg",
                           "coin_desc_fr.ogg"}) {
    save_file(stamps / name, "x");
  }
  const auto found = find_stamps(root_ / "stamps", 250);
  ASSERT_EQ(found.size(), 1u);  // Spanish is kept for measuring; Greek has no text here
  EXPECT_EQ(found[0].text, "Un chat.");
  EXPECT_EQ(found[0].name, "stamps_fr_animals_cat");
  EXPECT_TRUE(found[0].aligned_only);
}

TEST_F(Folder, PhoneCorpusLoads) {
  if (!espeak_available()) GTEST_SKIP() << kNoEspeak;
  PhoneCorpusOptions options;
  options.hours = 0.006;
  options.real_prompts = false;
  options.quiet = true;
  const auto report = make_phone_corpus(options, root_);
  const auto clips = data::load_phone_clips(root_);
  EXPECT_EQ(static_cast<int64_t>(clips.size()), report.synthetic_clips);
  for (const auto& clip : clips) {
    EXPECT_NEAR(clip.phones.back().end_s, clip.audio.duration_s(), 1e-3);
  }
  EXPECT_NO_THROW(make_phone_corpus(options, root_));
  options.hours = 0.003;  // its other clips would stay
  EXPECT_THROW(make_phone_corpus(options, root_), Error);
  options.hours = 0.006;
  options.seed = 2;
  EXPECT_THROW(make_phone_corpus(options, root_), Error);
}

}  // namespace
}  // namespace flowtalk::synth
