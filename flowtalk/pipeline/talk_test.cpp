// Which films are made of which voices, and what is refused before anything is made.
#include "flowtalk/pipeline/talk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/pipeline/predict.h"
#include "flowtalk/pipeline/voices.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::refusal;

class Talk : public ::testing::Test {
 protected:
  Talk() {
    fs::create_directories(folder_ / "voices");
    for (const char* name : {"a.wav", "b.wav"}) {
      audio::Audio hum;
      for (float t = 0; t < 8000; ++t) {
        hum.samples.push_back(0.2f * std::sin(0.05f * t) * std::sin(0.002f * t));
      }
      audio::save_wav(folder_ / "voices" / name, hum);
    }
  }

  std::string voice(const std::string& name) const { return (folder_ / "voices" / name).string(); }
  TalkOptions options(const std::string& output) const {
    TalkOptions o;
    o.voices = {(folder_ / "voices").string()};
    o.output = output.empty() ? "" : (folder_ / output).string();
    o.stage.size = {64, 64};
    return o;
  }
  std::string refused(const TalkOptions& o) const {
    return refusal([&] { talk(o, {}); });
  }
  tests::ScratchFolder folder_;
};

TEST_F(Talk, IntoAFolderIsAFilmOfEachVoice) {
  TalkOptions o = options("films/");
  fs::create_directories(folder_ / "films");
  const auto films = talk(o, {});
  ASSERT_EQ(films.size(), 2u);
  EXPECT_EQ(films[0].path, folder_ / "films/a.mp4");
  EXPECT_EQ(films[1].path, folder_ / "films/b.mp4");
  for (const Film& film : films) {
    EXPECT_NEAR(film.duration_s, 0.5, 0.01);
    EXPECT_NEAR(audio::load_audio(film.path).duration_s(), 0.5, 0.1);
  }
  // Nobody named these films: a second call does not replace them.
  EXPECT_THAT(refused(o), AllOf(HasSubstr("films/a.mp4: is there already"), HasSubstr("output")));
  EXPECT_THAT(refused(options("films")), HasSubstr("films/a.mp4: is there already"));
}

TEST_F(Talk, OneThatFailsIsLeftOutOfTheFilms) {
  save_file(folder_ / "voices/aa.wav", "no sound");
  std::vector<std::string> said;
  Reporter reporter;
  reporter.warn = [&](const std::string& text) { said.push_back(text); };
  EXPECT_THAT(refusal([&] { talk(options("new/films/"), reporter); }),
              HasSubstr("1 of 3 voices could not be used (see above); the films of the others"));
  EXPECT_THAT(said, Contains(HasSubstr("aa.wav: is a text file; expected a recording")));
  EXPECT_TRUE(fs::exists(folder_ / "new/films/a.mp4"));
  EXPECT_TRUE(fs::exists(folder_ / "new/films/b.mp4"));
}

TEST_F(Talk, WithoutAnOutputSeveralVoicesAreAQuestion) {
  EXPECT_THAT(refused(options("")), AllOf(HasSubstr("which film?"), HasSubstr("the 2 voices"),
                                          HasSubstr("output films/ takes a film of each")));
}

TEST_F(Talk, OutputsAreRefusedWithWhatWouldDo) {
  EXPECT_THAT(refused(options("films")), AllOf(HasSubstr(".mp4, .mov or .webm"),
                                               HasSubstr("films/) for a film of each voice")));
  EXPECT_THAT(refused(options("film.avi")), HasSubstr("ends in .mp4, .mov or .webm"));
  TalkOptions o = options("films/");
  o.contact_sheet = "sheet.png";
  EXPECT_THAT(refused(o), HasSubstr("contact_sheet shows one film"));
  o = options("films/");
  o.voices.push_back(voice("b.wav"));
  EXPECT_THAT(refused(o), HasSubstr("b.wav: is given twice; give each voice once"));
  fs::create_directories(folder_ / "film.mp4");
  EXPECT_THAT(refused(options("film.mp4")), HasSubstr("is a folder"));
  EXPECT_FALSE(fs::exists(folder_ / "films"));
}

TEST_F(Talk, AWordThatIsAnEmotionIsNoVoice) {
  TalkOptions o = options("film.mp4");
  o.voices = {voice("a.wav"), "sad"};
  EXPECT_EQ(refused(o), "sad: no such file; as an emotion it is emotion sad");
  o.voices = {voice("a.wav"), "nothing.wav"};
  o.output = (folder_ / "film.mp4").string();
  EXPECT_THAT(refused(o), Not(HasSubstr("emotion")));
}

TEST_F(Talk, AnswersThatWouldShareAFileAreCounted) {
  PredictOptions o;
  o.voices = {(folder_ / "voices").string()};
  o.output = (folder_ / "one.npy").string();
  const auto said = [&] { return refusal([&] { predict(o, {}); }); };
  EXPECT_THAT(said(), AllOf(HasSubstr("2 voices would all be written to"), HasSubstr("one.npy")));
  o.emotion = {"all"};
  EXPECT_THAT(said(), AllOf(HasSubstr("16 answers would all be written to"),
                            HasSubstr("for a file each give a folder as output")));
  o.voices = {voice("a.wav")};
  EXPECT_THAT(said(), HasSubstr("8 answers would all be written to"));
  o.output = (folder_ / "out").string();
  o.emotion = {"happy", "1"};
  EXPECT_THAT(said(), AllOf(HasSubstr("2 answers"), HasSubstr("a_happy_medium.npy"),
                            HasSubstr("give each once with emotion")));
  o.emotion = {};
  o.voices = {voice("a.wav"), (folder_ / "voices/../voices/a.wav").string()};
  EXPECT_THAT(said(), AllOf(HasSubstr("is given twice, also as"), HasSubstr("a.wav; give each")));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
}

}  // namespace
}  // namespace flowtalk::pipeline
