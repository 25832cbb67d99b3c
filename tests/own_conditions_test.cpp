// A data set with an emotion of its own: its model trains beside the default one and knows the
// emotion; the default model refuses it by name. Through the command line, a few steps per stage.
#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/face/golden_flame.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;

class OwnConditions : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    conditions.emotions.emplace_back("proud");
    // Two sentences of every split, one neutral and one proud.
    for (const int sentence : {1, 33, 37}) write_clip({0, sentence, kNeutral, 0});
    for (const int sentence : {2, 25, 28}) write_clip({1, sentence, 8, 2});
    write("mead/conditions.json", to_json(conditions).dump());
  }

  void write_clip(const data::ClipName& name) const {
    const std::string stem = data::format_stem(name, conditions);
    for (const char* folder : {"mead/wav", "mead/param"}) {
      std::filesystem::create_directories(file(folder));
    }
    write_voice("mead/wav/" + stem + ".wav", 1.2);
    tensor::Tensor motion = tensor::Tensor::zeros({1, 30, 53});
    for (int64_t i = 0; i < motion.size(); ++i) {
      motion[i] = 0.1f * std::sin(0.02f * static_cast<float>(i + 40 * name.emotion));
    }
    formats::save_npy(file("mead/param/" + stem + ".npy"), motion);
  }

  Outcome train(const std::string& stage, const std::vector<std::string>& sets,
                const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"train",       stage,
                                     "--out",       stage,
                                     "--max-epoch", "1",
                                     "--set",       "train.steps_per_epoch=2",
                                     "--set",       "train.batch=2"};
    for (const std::string& set : sets) args.insert(args.end(), {"--set", set});
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
  Outcome train_prior(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"--dataset", "."};
    args.insert(args.end(), more.begin(), more.end());
    return train("prior",
                 {"train.window_frames=16", "model.prior.latent=4", "model.prior.vae.hidden=16"},
                 args);
  }
  void train_encoder() const {
    for (const char* name : {"a", "b"}) {
      write_voice("voice_of_phones.wav", 1.2);
      data::PhoneClip clip{name,
                           audio::load_audio(file("voice_of_phones.wav")),
                           {{0.2, 0.8, data::find_phone("AA")}}};
      data::save_phone_clip(file("phones"), clip);
    }
    const Outcome outcome = train("encoder", {"window_s=0.5"},
                                  {"--phones", file("phones").string(), "--held-out", "2"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  Json json_of(const std::string& name) const { return parse_json(load_file(file(name)), name); }

  Conditions conditions;
};

TEST_F(OwnConditions, TrainAModelThatKnowsThem) {
  train_encoder();
  Outcome outcome = train_prior();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  outcome =
      train("generator",
            {"train.window_frames=16", "model.condition.width=16", "model.generator.flow.steps=2",
             "model.generator.flow.hidden=8", "model.generator.flow.condition=8"},
            {"--dataset", ".", "--encoder", "encoder", "--prior", "prior"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  ASSERT_EQ(run({"train", "pack", "generator", "-o", "packed"}).code, 0);
  EXPECT_EQ(json_of("packed/config.json")["model"]["conditions"], to_json(conditions));

  const auto predicted = [&](const std::string& emotion, const std::string& to) {
    const Outcome made = run({"predict", "voice.wav", "--model", "packed", "--emotion", emotion,
                              "--intensity", "high", "-o", to});
    EXPECT_EQ(made.code, 0) << made.err;
    return load_file(file(to));
  };
  EXPECT_EQ(predicted("proud", "name.npy"), predicted("8", "number.npy"));
  EXPECT_NE(predicted("proud", "proud.npy"), predicted("happy", "happy.npy"));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--model", "packed", "--emotion", "9"}), 2,
                          {"contempt proud or 0-8"}));

  const std::vector<std::string> score = {"score", "--dataset", ".", "--json", "score.json"};
  EXPECT_TRUE(failed_with(run(score), 1, {"M005_028_8_2.npy", "'proud' is none of the model's"}));
  auto with_ours = score;
  with_ours.insert(with_ours.end(), {"--model", "packed"});
  outcome = run(with_ours);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(json_of("score.json")["emotions"].size(), 9u);
  EXPECT_EQ(json_of("score.json")["by_clip"].size(), 2u);

  outcome = train("classifier", {"train.window_frames=16", "model.hidden=8", "model.layers=1"},
                  {"--dataset", "."});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<std::string> evaluate = {
      "evaluate", "--dataset", ".", "--model", "packed", "--subset", "0", "--json", "figures.json"};
  outcome = run(evaluate);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the classifier that ships knows other emotions"));
  EXPECT_TRUE(json_of("figures.json")["emotion_confusion"].is_null());
  auto judged = evaluate;
  judged.insert(judged.end(), {"--classifier", "classifier"});
  outcome = run(judged);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json figures = json_of("figures.json");
  EXPECT_EQ(figures["emotion_confusion"]["emotions"].back(), "proud");
  EXPECT_EQ(figures["emotion_confusion"]["truth"].size(), 9u);
  EXPECT_EQ(figures["by_emotion"].size(), 2u);
}

TEST_F(OwnConditions, AreCheckedLikeEveryFile) {
  write("mead/conditions.json", R"({"emotions": ["neutral", "neutral"]})");
  EXPECT_TRUE(failed_with(train_prior(), 1, {"conditions.json.emotions[1]", "there twice"}));
  write("mead/conditions.json", to_json(conditions).dump());
  EXPECT_TRUE(failed_with(train_prior({"--set", "model.conditions.levels=[\"on\"]"}), 1,
                          {"conditions", "data set"}));
}

TEST_F(OwnConditions, TheFaceOfADataSetNeedNotBeSaid) {
  data::save_dataset_facts(file("mead"), {motion::Axes::kFlame});
  EXPECT_TRUE(failed_with(train_prior({"--set", "model.face=builtin"}), 1, {"face", "FLAME"}));
  EXPECT_TRUE(failed_with(train_prior(), 2, {"FLAME", "--face"}));
  const auto golden = face::golden() / "flame" / "flame_numpy.pkl.gz";
  if (!std::filesystem::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  save_file(file("flame.pkl"), face::unzipped(golden));
  const Outcome outcome = train_prior({"--face", "flame.pkl"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(json_of("prior/last/config.json")["model"]["face"], "flame");
}

}  // namespace
}  // namespace flowtalk::tests
