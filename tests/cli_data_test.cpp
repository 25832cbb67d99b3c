// flowtalk data check, and that every width of motion files means the same to every command.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/shipped.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/test_set.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/synth/listed_prompts.h"
#include "flowtalk/synth/speech.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CliData : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    data::make_test_set(file("mead"));
  }
};

TEST_F(CliData, CheckOfACleanSetEndsWell) {
  const Outcome outcome = run({"data", "check", "mead", "--json", "check.json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* word : {"64 clips of 32 styles", "protocol", "paper", "clean", "contempt",
                           "expression", "confidence", "note    missing takes"}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
  EXPECT_THAT(outcome.out, Not(HasSubstr("warning ")));
  const Json json = Json::parse(load_file(file("check.json")));
  EXPECT_TRUE(json.at("usable").get<bool>());
  EXPECT_EQ(run({"data", "check", "mead", "--quiet"}).out, "");
}

TEST_F(CliData, CheckNamesWhatMakesTrainingWrong) {
  formats::save_npy(file("mead/param/M005_002_1_1.npy"), tensor::Tensor::zeros({1, 10, 100}));
  std::filesystem::remove(file("mead/wav/M007_003_2_2.wav"));
  const Outcome quiet = run({"data", "check", "mead", "-q"});
  EXPECT_EQ(quiet.code, 1);
  for (const char* words : {"wrong width (1)", "M005_002_1_1.npy", "(1, 10, 100)"}) {
    EXPECT_THAT(quiet.err, HasSubstr(words));
  }
  EXPECT_THAT(quiet.out, HasSubstr("warning no partner (1)"));
  EXPECT_THAT(quiet.out, Not(HasSubstr("note ")));
  const Outcome outcome = run({"data", "check", "mead"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("error   wrong width (1)"));
  EXPECT_THAT(outcome.out, HasSubstr("warning no partner (1)"));
  EXPECT_TRUE(failed_with(run({"data", "check", "nowhere"}), 1, {"nowhere", "param/"}));
  EXPECT_TRUE(failed_with(run({"data", "chekc"}), 2, {"did you mean 'check'"}));
}

TEST_F(CliData, BenchmarkIsAsFrozenAndTellsWhenItIsNot) {
  if (!synth::espeak_available())
    GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
  const Outcome first = run({"data", "benchmark", "synth2-s", "-o", "frozen"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("frozen/mead: 256 clips"));
  EXPECT_THAT(first.out, HasSubstr("frozen/unseen-voices: 64 clips"));
  const auto clips = data::scan_dataset(file("frozen/unseen-speakers")).clips;
  ASSERT_EQ(clips.size(), 64u);
  for (const data::Clip& clip : clips) EXPECT_EQ(clip.split, data::Split::kTest) << clip.stem;
  formats::save_npy(clips[5].motion, tensor::Tensor::zeros({1, 10, 403}));
  EXPECT_TRUE(failed_with(run({"data", "benchmark", "synth2-s", "-o", "frozen", "-q"}), 1,
                          {"not as frozen", "unseen-speakers", "expected"}));
  EXPECT_TRUE(failed_with(run({"data", "benchmark", "synth-x"}), 2, {"synth-x", "synth2-s"}));
}

// A list of recorded prompts in the place of the one that ships.
class OwnList {
 public:
  OwnList(const std::filesystem::path& folder, const std::vector<synth::ListedPrompt>& list) {
    synth::save_prompt_list(folder / "prompt_phones.gz", list);
    setenv(kModelsVariable, folder.c_str(), 1);
    setenv("POCKETSPHINX_MODELS", "none", 1);  // nobody is to ask a recogniser
  }
  ~OwnList() {
    unsetenv(kModelsVariable);
    unsetenv("POCKETSPHINX_MODELS");
  }
  OwnList(const OwnList&) = delete;
  OwnList& operator=(const OwnList&) = delete;
};

// The first two prompts of Allison that hold speech.
std::vector<synth::ListedPrompt> two_prompts() {
  std::vector<synth::ListedPrompt> list = synth::load_prompt_list();
  std::erase_if(list, [](const synth::ListedPrompt& prompt) {
    return prompt.phones.empty() || !prompt.name.starts_with("en_US_f_Allison");
  });
  list.resize(2);
  return list;
}

TEST_F(CliData, RecordedPromptsAreThoseOfTheListAndNoOthers) {
  if (!synth::espeak_available())
    GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
  std::vector<synth::ListedPrompt> list = two_prompts();
  if (synth::find_listed(list).prompts[0].path.empty())
    GTEST_SKIP() << "skipped: no recorded voice; install asterisk-core-sounds-en-g722";
  {
    const OwnList own(file("lists"), list);
    const Outcome made = run({"data", "phones", "-o", "phones", "--hours", "0.002"});
    ASSERT_EQ(made.code, 0) << made.err;
    std::vector<std::string> names = data::list_phone_clips(file("phones"));
    std::erase_if(names, [](const std::string& name) { return !name.starts_with("en_US"); });
    EXPECT_EQ(names, (std::vector<std::string>{list[0].name, list[1].name}));
    for (const auto& [name, phones] : list) {
      EXPECT_EQ(data::load_phone_clip(file("phones"), name).phones, phones);
    }
    const Outcome corpus = run({"data", "synth", "-o", "corpus", "--clips-per-style", "1"});
    ASSERT_EQ(corpus.code, 0) << corpus.err;
    EXPECT_THAT(corpus.out, HasSubstr("corpus: 34 clips written"));
    EXPECT_THAT(corpus.out, HasSubstr("2 with a recorded voice"));
  }
  list[1].phones.back().end_s += 0.02;
  {
    const OwnList own(file("lists"), list);
    EXPECT_TRUE(failed_with(run({"data", "phones", "-o", "longer", "--hours", "0.002", "-q"}), 1,
                            {list[1].name, "expected", "asterisk-core-sounds-en-g722"}));
  }
  list[1].name += "_gone";
  const OwnList own(file("lists"), list);
  EXPECT_TRUE(failed_with(run({"data", "phones", "-o", "gone", "--hours", "0.002", "-q"}), 1,
                          {list[1].name, "not on this machine", "asterisk-core-sounds-en-g722"}));
  EXPECT_TRUE(failed_with(run({"data", "synth", "-o", "gone", "-q"}), 1, {"not on this machine"}));
  EXPECT_FALSE(std::filesystem::exists(file("gone")));
}

TEST_F(CliData, ABenchmarkWithRecordedVoicesWantsAllOfThem) {
  const auto missing = synth::find_listed(synth::load_prompt_list()).missing;
  const Outcome check = run({"data", "benchmark", "synth2-m", "--check"});
  if (missing.empty()) {
    EXPECT_EQ(check.code, 0) << check.err;
  } else {
    EXPECT_TRUE(failed_with(check, 1, {"synth2-m", "install_deps.sh corpus"}));
  }
  save_file(file("lists/prompt_phones.gz"), "no list");
  setenv(kModelsVariable, file("lists").c_str(), 1);
  EXPECT_TRUE(failed_with(run({"data", "benchmark", "synth2-m", "--check"}), 1,
                          {"prompt_phones.gz", "damaged"}));
  unsetenv(kModelsVariable);
}

TEST_F(CliData, AlignRefusesBeforeItListens) {
  EXPECT_TRUE(failed_with(run({"data", "align"}), 2, {"where to? give -o"}));
  EXPECT_TRUE(failed_with(run({"data", "align", "-o", "list.txt"}), 2, {"list.txt", ".gz"}));
  write("taken", "a file");
  EXPECT_TRUE(failed_with(run({"data", "align", "-o", "taken/list.gz"}), 1, {"taken"}));
}

TEST_F(CliData, EveryWidthHoldsAndRendersTheSame) {
  std::string picture;
  tensor::Tensor motion;
  for (const char* width : {"403", "353", "53"}) {
    const std::string npy = std::string("motion") + width + ".npy";
    ASSERT_EQ(run({"predict", "voice.wav", "--width", width, "-o", npy, "-q"}).code, 0);
    const Outcome render = run({"render", npy, "--frames", "pictures", "--size", "64", "-q"});
    ASSERT_EQ(render.code, 0) << render.err;
    const std::string drawn = load_file(file("pictures/00020.png"));
    const tensor::Tensor read = live_of(
        motion::load_motion(file(npy), motion::Axes::kBuiltin));  // as training and evaluation do
    if (!picture.empty()) {
      EXPECT_EQ(drawn, picture) << width;
      ASSERT_EQ(read.shape(), motion.shape()) << width;
      EXPECT_TRUE(std::ranges::equal(read.values(), motion.values())) << width;
    }
    picture = drawn;
    motion = read;
    std::filesystem::remove_all(file("pictures"));
  }
}

}  // namespace
}  // namespace flowtalk::tests
