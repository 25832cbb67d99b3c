// `train all` on the small benchmark with a few steps per stage: made from nothing, done already,
// refused. Through the command line.
#include <gmock/gmock.h>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/foreign/made_moonshine.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/synth/speech.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;

class TrainAll : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    std::filesystem::create_directories(file("configs"));
    for (const char* stage : {"encoder", "prior", "generator"}) configure(stage, 1);
  }
  void configure(const std::string& stage, int epochs, const Json& more = Json::object()) const {
    Json config = {{"train", {{"max_epoch", epochs}, {"steps_per_epoch", 2}, {"batch", 2}}}};
    config.update(more);
    save_file(file("configs/" + stage + ".json"), config.dump());
  }
  // The same corpora, an encoder that begins from another's, and recorded people where there are
  // some to align.
  void begins_from_an_ear(const std::vector<std::string>& small) {
    save_file(file("ear.onnx"), foreign::MadeMoonshine().bytes());
    ASSERT_EQ(run({"import", "encoder", "ear.onnx", "-o", "ear", "-q"}).code, 0);
    const Json sizes = parse_json(load_file(file("ear/config.json")), "ear")["encoder"];
    configure("encoder", 1, {{"encoder", sizes}});
    std::vector<std::string> more = {"--ear", "ear.onnx"};
    more.insert(more.end(), small.begin(), small.end());
    const std::filesystem::path recorded = FLOWTALK_RECORDINGS "/grid_s1";
    const bool with_people = is_directory(recorded) && data::find_speech_models().has_value();
    if (with_people) {
      std::filesystem::create_directories(file("people"));
      for (const std::string part : {"bbwg1s.npz", "bbwg1s.align", "bbwg1s.flac"}) {
        copy_file(recorded / part, file("people/" + part));
      }
      more.insert(more.end(), {"--recordings", "people"});
    }
    const std::string data = with_people ? "peopled" : "data";
    const Outcome outcome = train(more, "live", data);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Json recipe = parse_json(load_file(file("live/encoder/run.json")), "run.json");
    EXPECT_EQ(recipe["inputs"]["from"], "live/ear");
    EXPECT_EQ(std::filesystem::exists(file(data + "/mead/clips.tsv")), with_people);
    EXPECT_EQ(run({"predict", "voice.wav", "--model", "packed", "-o", "m.npy"}).code, 0);
    // Of the same parts alone it goes on.
    EXPECT_EQ(train(more, "live", data).code, 0);
    save_file(file("ear.onnx"), load_file(file("ear.onnx")) + "\n");
    EXPECT_TRUE(failed_with(train(more, "live", data), 1,
                            {"live was begun with --ear sha256", "give the same"}));
    if (with_people) {
      EXPECT_TRUE(failed_with(train(more, "others"), 1, {"data was begun without --recordings"}));
    }
  }
  Outcome train(const std::vector<std::string>& more = {}, const std::string& runs = "runs",
                const std::string& data = "data") const {
    std::vector<std::string> args = {
        "train",     "all",     "-o",     "packed", "--hours",   "0.01", "--data",           data,
        "--configs", "configs", "--runs", runs,     "--threads", "2",    "--no-real-prompts"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
};

TEST_F(TrainAll, MakesAModelOnceAndNeverOfPartsThatDoNotBelongTogether) {
  if (!synth::espeak_available())
    GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
  const std::vector<std::string> small = {"--benchmark", "synth2-s"};
  Outcome outcome = train(small);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(run({"predict", "voice.wav", "--model", "packed", "-o", "m.npy"}).code, 0);
  EXPECT_EQ(formats::load_npy(file("m.npy")).dim(1), 50);
  const Json recorded = parse_json(load_file(file("runs/generator/run.json")), "run.json");
  EXPECT_EQ(recorded["config"]["train"]["batch"], 2);
  EXPECT_EQ(recorded["inputs"]["dataset"], "data");

  outcome = train(small);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* stage : {"encoder", "prior", "generator"}) {
    EXPECT_THAT(outcome.out, HasSubstr(std::string("runs/") + stage + " is trained"));
  }

  configure("encoder", 2);  // trained further: the generator heard another one
  outcome = train(small);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("other weights of the encoder"));

  configure("prior", 2, {{"loss", {{"kl", 0.5}}}});
  outcome = train(small);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("prior.log"));
  EXPECT_THAT(outcome.err, HasSubstr("loss.kl was"));

  begins_from_an_ear(small);
}

TEST_F(TrainAll, SaysAtOnceWhatCannotWork) {
  EXPECT_TRUE(failed_with(train({"--ear", "none.onnx"}), 2, {"--ear none.onnx", "no such file"}));
  EXPECT_TRUE(failed_with(train({"--recordings", "nobody"}), 2, {"nobody", "no such folder"}));
  configure("encoder", 1, {{"keep_convolutions", true}});
  EXPECT_TRUE(failed_with(train(), 2, {"encoder.json", "keep_convolutions", "give --ear"}));
  configure("encoder", 1);
  Outcome outcome = train({"--benchmark", "synth-x"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("benchmark 'synth-x'"));
  configure("generator", 1, {{"mean_of_last", 2}});
  EXPECT_TRUE(failed_with(train(), 2, {"generator.json", "mean_of_last 2", "the 1 of"}));
  configure("generator", 1, {{"losses", 1}});
  outcome = train({"--benchmark", "synth2-s"});
  EXPECT_TRUE(failed_with(outcome, 1, {"generator.json", "unknown key 'losses'"}));
  EXPECT_FALSE(std::filesystem::exists(file("data")));
}

TEST_F(TrainAll, AFolderWithOtherFilesIsNeverReplacedByAModel) {
  std::filesystem::create_directories(file("packed"));
  save_file(file("packed/thesis.txt"), "years of work");
  EXPECT_TRUE(failed_with(train({"--benchmark", "synth2-s"}), 1, {"packed", "thesis.txt"}));
  EXPECT_FALSE(std::filesystem::exists(file("data")));
  EXPECT_TRUE(failed_with(run({"train", "pack", "run", "-o", "packed"}), 1, {"thesis.txt"}));
  EXPECT_EQ(load_file(file("packed/thesis.txt")), "years of work");
}

TEST_F(TrainAll, NothingIsDroppedSilently) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {"--lr", "0"}, {"--max-epoch", "-3"}, {"--gradient-accumulation-steps", "x"}}) {
    std::vector<std::string> args = {"train", "prior", "--dataset", "."};
    args.insert(args.end(), wrong.begin(), wrong.end());
    EXPECT_NE(run(args).code, 0) << wrong[0];
  }
  EXPECT_NE(run({"train", "prior", "--set", "protocol=papre"}).code, 0);
  EXPECT_NE(run({"train", "generator", "--protocol", "paper"}).code, 0);
}

}  // namespace
}  // namespace flowtalk::tests
