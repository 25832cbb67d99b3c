// Wrong use and bad input: one clear line, the right exit code, and no file left behind.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(CommandLine, OverviewNamesEveryCommand) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* name : {"talk", "predict", "render", "train", "evaluate", "data", "inspect"}) {
    EXPECT_THAT(outcome.out, HasSubstr(std::string("flowtalk ") + name));
    const Outcome help = run({name, "--help"});
    if (std::string(name) == "train") continue;  // answered by flowtalk-train where it is built
    EXPECT_EQ(help.code, 0) << name;
    EXPECT_THAT(help.out, HasSubstr("Usage: ")) << name;
  }
  EXPECT_EQ(run({"version"}).code, 0);
  EXPECT_EQ(run({"--version"}).out, run({"version"}).out);
}

TEST_F(CommandLine, AskedForNothingExitsWithTwoAndSaysWhatCouldBeAsked) {
  for (const std::vector<std::string>& group :
       std::vector<std::vector<std::string>>{{}, {"evaluate"}, {"export"}, {"data"}}) {
    const Outcome outcome = run(group);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr("flowtalk "));
    std::vector<std::string> asked = group;
    asked.emplace_back("--help");
    EXPECT_EQ(run(asked).code, 0);
  }
  for (const char* command :
       {"talk", "predict", "encode", "render", "score", "restyle", "inspect"}) {
    EXPECT_TRUE(failed_with(run({command}), 2, {})) << command;
  }
}

TEST_F(CommandLine, EveryCommandTakesQuiet) {
  const std::vector<std::vector<std::string>> commands = {{"talk"},
                                                          {"predict"},
                                                          {"encode"},
                                                          {"render"},
                                                          {"score"},
                                                          {"restyle"},
                                                          {"inspect"},
                                                          {"export", "vertices"},
                                                          {"version"},
                                                          {"evaluate", "lips"},
                                                          {"evaluate", "liveliness"},
                                                          {"evaluate", "phones"},
                                                          {"evaluate", "recorded"},
                                                          {"evaluate", "restyle"},
                                                          {"evaluate", "--dataset", "none"},
                                                          {"data", "check", "none"},
                                                          {"data", "benchmark"},
                                                          {"data", "align"},
                                                          {"data", "import-mead"}};
  for (std::vector<std::string> words : commands) {
    const Outcome loud = run(words);
    for (const char* quiet : {"-q", "--quiet"}) {
      words.emplace_back(quiet);
      const Outcome outcome = run(words);
      EXPECT_EQ(outcome.code, loud.code) << words.front();
      EXPECT_EQ(outcome.err, loud.err) << words.front();
      words.pop_back();
    }
  }
  const Outcome verdict = run({"inspect", "-q", "voice.wav"});
  EXPECT_EQ(verdict.out,
            "voice.wav: voice (audio)\n  sound, as a voice, for flowtalk talk, predict\n");
}

TEST_F(CommandLine, SlipsOfTheHandAreOneLineInPlainWords) {
  const auto said = [&](const std::vector<std::string>& words,
                        const std::vector<std::string>& parts) {
    EXPECT_TRUE(failed_with(run(words), 2, parts)) << ::testing::PrintToString(words);
  };
  said({"talk", "voice.wav", "--crf"}, {"--crf: the value is missing"});
  said({"talk", "voice.wav", "-o"}, {"--output: the value is missing"});
  said({"talk", "voice.wav", "--size", "64", "--size", "96"}, {"--size: is given 2 times"});
  said({"talk", "voice.wav", "-z"}, {"unknown option '-z'"});
  said({"encode", "voice.wav", "other.wav", "-o", "x.npy"},
       {"'other.wav' is one word too many, flowtalk encode takes one VOICE"});
  said({"version", "now"},
       {"'now' is one word too many, flowtalk version takes no name of a file"});
  said({"voice.wav"}, {"'voice.wav' is a file; say first what to do with it: flowtalk talk|"});
  said({"export", "voice.wav"}, {"flowtalk export vertices"});
  said({"evaluate", "voice.wav"},
       {"flowtalk evaluate lips|liveliness|phones|recorded|restyle|--ground-truth|--dataset"});
  said({"."}, {"'.' is a folder"});
  said({"talk", "voice.wav", "-o", "x.mp4", "--emotion", "happy", "sad"},
       {"sad: no such file; as an emotion it is --emotion sad"});
}

TEST_F(CommandLine, FilesOfOtherKindsAreCalledWhatTheyAre) {
  formats::save_npy(file("motion.npy"), tensor::Tensor::zeros({4, 53}));
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"talk", "voice.wav", "-o", "x.mp4", "--face", "voice.wav"},
           {"render", "voice.wav", "-o", "x.mp4"},
           {"evaluate", "--ground-truth", "voice.wav", "--predictions", "voice.wav"},
           {"evaluate", "--ground-truth", "motion.npy", "--predictions", "motion.npy", "--template",
            "voice.wav"},
           {"export", "vertices", "voice.wav", "-o", "x.npy"}}) {
    EXPECT_TRUE(failed_with(run(words), 1, {"voice.wav: is a sound file; expected"}))
        << words.front();
  }
  EXPECT_TRUE(failed_with(run({"talk", "motion.npy", "-o", "x.mp4"}), 1,
                          {"motion.npy: is a numpy array; expected a recording"}));
}

TEST_F(CommandLine, NoFileIsReplacedByOneOfAnotherKind) {
  write("curve.json", "{}");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"encode", "voice.wav", "-o", "curve.json"},
        {"export", "vertices", "--params", "x.npz", "--out", "curve.json"}}) {
    EXPECT_TRUE(failed_with(run(command), 2, {"curve.json", ".npy"}));
  }
  EXPECT_EQ(std::filesystem::file_size(file("curve.json")), 2u);
}

TEST_F(CommandLine, InspectGoesOnAfterAFileThatItCannotRead) {
  const Outcome outcome = run({"inspect", "--json", "nothere", "voice.wav"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("nothere"));
  EXPECT_THAT(outcome.out, HasSubstr("\"kind\":\"voice\""));
}

TEST_F(CommandLine, MisspeltNamesComeWithTheNearest) {
  EXPECT_TRUE(failed_with(run({"predcit"}), 2, {"'predcit'", "did you mean 'predict'"}));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--emotoin", "happy"}), 2,
                          {"--emotoin", "did you mean '--emotion'"}));
  EXPECT_TRUE(failed_with(run({"main.py", "--dataset", "mead"}), 2, {"'flowtalk train'"}));
  EXPECT_TRUE(failed_with(run({"evaluation.py"}), 2, {"'flowtalk evaluate'"}));
  EXPECT_EQ(run({"help", "talk"}).out, run({"talk", "--help"}).out);
  EXPECT_THAT(run({"predict", "voice.wav", "--lr", "1"}).err, Not(HasSubstr("--id")));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--emotion", "hapy"}), 2,
                          {"'hapy'", "did you mean 'happy'"}));
  EXPECT_TRUE(failed_with(run({"data", "snyth"}), 2, {"'snyth'", "did you mean 'synth'"}));
}

TEST_F(CommandLine, ConditionsOutOfRangeAreUsageErrors) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--emotion", "8"}, "'8'"},
      {{"--emotion", "happy:-1"}, "weight"},
      {{"--id", "M004"}, "M004"},
      {{"--subject", "X1"}, "X1"},
      {{"--intensity", "3"}, "'3'"},
      {{"--intensity", "loud"}, "loud"},
      {{"--strength", "1.5"}, "1.25"},
      {{"--strength", "-0.1"}, "between 0"},
      {{"--strength", "nan"}, "between 0"},
      {{"--strength", "0.5", "--intensity", "low"}, "--intensity"},
      {{"--temperature", "-1"}, "temperature"},
      {{"--num-samples", "0"}, "--num-samples"},
      {{"--num-samples", "3", "--deterministic"}, "--deterministic"},
      {{"--width", "100"}, "--width"},
      {{"--seed", "-1"}, "--seed -1: expected a whole number of at least 0"},
      {{"--seed", "99999999999999999999"}, "--seed"},
      {{"--temperature", "lips:0.1,lips:0.2"}, "lips is there twice"},
      {{"--temperature", "0.1,0.2"}, "two bare numbers"},
      {{"--emotion", "HAPY"}, "did you mean 'happy'"},
      {{"--emotion", ""}, "--emotion: the value is empty"},
      {{"--id="}, "--id: the value is empty"},
      {{"--sweep="}, "--sweep: the value is empty"},
      {{"--sweep", "-1"}, "--sweep -1"},
      {{"--sweep", "1e9"}, "--sweep 1e9"},
      {{"--sweep", "nan"}, "--sweep nan"},
  };
  for (const auto& [options, word] : cases) {
    std::vector<std::string> args{"predict", "voice.wav"};
    args.insert(args.end(), options.begin(), options.end());
    EXPECT_TRUE(failed_with(run(args), 2, {word})) << options[0] << " " << options.back();
  }
  EXPECT_TRUE(failed_with(run({"predict"}), 2, {"which voice"}));
  EXPECT_TRUE(failed_with(run({"predict", ""}), 2, {"empty"}));
  EXPECT_THAT(names(), ElementsAre("voice.wav"));
}

TEST_F(CommandLine, BadVoicesNameTheFile) {
  write("text.wav", "this is no sound\n");
  write("empty.wav", "");
  write_voice("short.wav", 0.02);
  std::filesystem::create_directory(file("nothing"));
  const auto before = names();
  for (const std::string command : {"predict", "talk"}) {
    const std::string out = command == "talk" ? "out.mp4" : "out.npy";
    for (const char* name : {"text.wav", "empty.wav", "short.wav", "missing.wav", "nothing"}) {
      EXPECT_TRUE(failed_with(run({command, name, "-o", out}), 1, {name}))
          << command << " " << name;
    }
    EXPECT_TRUE(failed_with(run({command, "no*.wav", "-o", out}), 1, {"no*.wav"}));
  }
  EXPECT_EQ(names(), before);
}

TEST_F(CommandLine, UnreadableVoiceNamesTheFile) {
  if (geteuid() == 0) {
    // For root every mode is readable; a file behind a file is not.
    EXPECT_TRUE(failed_with(run({"predict", "voice.wav/inside.wav"}), 1, {"inside.wav"}));
    return;
  }
  std::filesystem::permissions(file("voice.wav"), std::filesystem::perms::none);
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav"}), 1, {"voice.wav", "permission"}));
}

TEST_F(CommandLine, UnwritableOutputLeavesNothing) {
  EXPECT_TRUE(
      failed_with(run({"predict", "voice.wav", "-o", "voice.wav/out.npy"}), 1, {"voice.wav"}));
  EXPECT_TRUE(failed_with(run({"talk", "voice.wav", "-o", "voice.wav/out.mp4"}), 1, {"voice.wav"}));
  EXPECT_THAT(names(), ElementsAre("voice.wav"));
}

TEST_F(CommandLine, OutputsAreCheckedBeforeAnythingIsMade) {
  std::filesystem::create_directory(file("folder"));
  const auto before = names();
  const auto refused = [&](std::vector<std::string> options, int code,
                           const std::vector<std::string>& words) {
    options.insert(options.begin(), {"talk", "voice.wav"});
    EXPECT_TRUE(failed_with(run(options), code, words)) << options.back();
  };
  refused({"-o", "out.txt"}, 2, {"out.txt", ".mp4"});
  refused({"-o", "out"}, 2, {"out", ".mp4"});
  refused({"-o", "out.mp4", "--contact-sheet", "out.jpg"}, 2, {"out.jpg", ".png"});
  std::filesystem::create_directory(file("folder.png"));
  std::filesystem::create_directory(file("folder.mp4"));
  refused({"-o", "out.mp4", "--contact-sheet", "folder.png"}, 1, {"folder.png", "is a folder"});
  refused({"-o", "folder.mp4"}, 1, {"folder.mp4", "is a folder"});
  refused({"-o", "new/deep/out.mp4", "--face", "none.pkl"}, 1, {"none.pkl"});
  std::filesystem::remove(file("folder.png"));
  std::filesystem::remove(file("folder.mp4"));
  EXPECT_EQ(names(), before);
}

TEST_F(CommandLine, TwoVoicesNeverShareAnOutput) {
  write_voice("other.wav", 1.0);
  EXPECT_TRUE(
      failed_with(run({"predict", "voice.wav", "other.wav", "-o", "one.npy"}), 2, {"one.npy"}));
}

TEST_F(CommandLine, NoOutputReplacesAnInput) {
  ASSERT_EQ(run({"predict", "voice.wav", "-o", "take.npy", "-q"}).code, 0);
  std::filesystem::copy(file("voice.wav"), file("clip.mp4"));  // what holds sound is known by it
  std::filesystem::create_symlink("take.npy", file("link.npy"));
  const auto before = names();
  const std::string voice = load_file(file("voice.wav")), take = load_file(file("take.npy"));
  for (const std::vector<std::string>& args : std::vector<std::vector<std::string>>{
           {"talk", "clip.mp4"},
           {"talk", "clip.mp4", "-o", "./clip.mp4"},
           {"render", "take.npy", "--voice", "clip.mp4", "-o", "clip.mp4"},
           {"encode", "voice.wav", "-o", "voice.wav"},
           {"restyle", "voice.wav", "--motion", "take.npy", "--emotion", "sad", "-o", "take.npy"},
           {"restyle", "voice.wav", "--motion", "take.npy", "--emotion", "sad", "-o", "link.npy"},
           {"export", "vertices", "--params", "take.npy", "--out", "take.npy"}}) {
    EXPECT_TRUE(failed_with(run(args), 2, {"would be written over"})) << args.front();
  }
  for (std::vector<std::string> args :
       std::vector<std::vector<std::string>>{{"score", "voice.wav", "--motion", "take.npy"},
                                             {"score", "--dataset", "."},
                                             {"evaluate", "lips", "voice.wav"},
                                             {"evaluate", "liveliness", "take.npy"},
                                             {"evaluate", "recorded", "--recordings", "."},
                                             {"evaluate", "restyle", "--dataset", "."},
                                             {"evaluate", "--dataset", "."},
                                             {"data", "check", "."}}) {
    args.insert(args.end(), {"--json", "take.npy"});
    EXPECT_TRUE(failed_with(run(args), 2, {"take.npy", "ends in .json"})) << args.front();
  }
  // A film of the same name as the voice is nobody's to replace unasked.
  std::filesystem::copy(file("clip.mp4"), file("voice.mp4"));
  EXPECT_TRUE(failed_with(run({"talk", "voice.wav"}), 2, {"voice.mp4", "-o"}));
  std::filesystem::remove(file("voice.mp4"));
  EXPECT_EQ(names(), before);
  EXPECT_EQ(load_file(file("voice.wav")), voice);
  EXPECT_EQ(load_file(file("clip.mp4")), voice);
  EXPECT_EQ(load_file(file("take.npy")), take);
}

TEST_F(CommandLine, OddSoundIsWarnedOf) {
  const auto said = [&](const std::string& name) {
    const Outcome outcome = run({"predict", name, "-o", "a.npy", "-q"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_EQ(said("voice.wav"), "");
  audio::save_wav(file("silent.wav"), {16000, std::vector<float>(32000, 0.0f)});
  EXPECT_THAT(said("silent.wav"), HasSubstr("silent.wav: is silent"));
  const std::string whole = load_file(file("voice.wav"));
  write("cut.wav", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(said("cut.wav"), HasSubstr("cut.wav: says it lasts 2.0 s and holds 1.0 s"));
  // The voice on the left, its negative on the right; the header's length then makes one second.
  std::string stereo = whole.substr(0, 44);
  stereo[22] = 2, stereo[32] = 4;
  for (size_t i = 44; i + 1 < whole.size(); i += 2) {
    const auto low = static_cast<unsigned char>(whole[i]);
    const auto high = static_cast<unsigned char>(whole[i + 1]);
    const int negative = -static_cast<int16_t>(low | high << 8);
    stereo += {whole[i], whole[i + 1], static_cast<char>(negative & 255),
               static_cast<char>(negative >> 8 & 255)};
  }
  // Soft is not silent.
  audio::Audio soft = audio::load_audio(file("voice.wav"));
  for (float& x : soft.samples) x *= 0.005f;
  audio::save_wav(file("soft.wav"), soft);
  EXPECT_EQ(said("soft.wav"), "");
  write("against.wav", stereo);
  EXPECT_THAT(said("against.wav"), HasSubstr("against.wav: its channels cancel each other"));
}

TEST_F(CommandLine, RenderRefusesWhatIsNoMotion) {
  formats::save_npy(file("wide.npy"), tensor::Tensor::zeros({1, 10, 100}));
  tensor::Tensor broken = tensor::Tensor::zeros({10, 53});
  broken[7 * 53] = NAN;
  formats::save_npy(file("nan.npy"), broken);
  write("text.npy", "no numbers");
  const auto before = names();
  EXPECT_TRUE(failed_with(run({"render", "wide.npy", "-o", "out.mp4"}), 1, {"wide.npy", "403"}));
  EXPECT_TRUE(failed_with(run({"render", "nan.npy", "-o", "out.mp4"}), 1, {"nan.npy", "frame 7"}));
  EXPECT_TRUE(failed_with(run({"render", "text.npy", "-o", "out.mp4"}), 1, {"text.npy"}));
  EXPECT_TRUE(failed_with(run({"render", "wide.npy"}), 2, {"-o"}));
  EXPECT_EQ(names(), before);
}

TEST_F(CommandLine, InspectTellsMotionApartFromOtherNumbers) {
  formats::save_npy(file("motion.npy"), tensor::Tensor::zeros({1, 50, 403}));
  const Outcome motion = run({"inspect", "motion.npy"});
  EXPECT_EQ(motion.code, 0);
  EXPECT_THAT(motion.out, HasSubstr("50 frames, 2.00 s"));
  EXPECT_THAT(motion.out, HasSubstr("jaw"));
  EXPECT_THAT(run({"inspect", "voice.wav"}).out, HasSubstr("sample_rate: 16000"));
  EXPECT_TRUE(failed_with(run({"inspect", "missing.npy"}), 1, {"missing.npy"}));
}

}  // namespace
}  // namespace flowtalk::tests
