// What talk, render and evaluate make of a voice, with the default checkpoint.
#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CliFilm : public CommandLine {
 protected:
  // The PNG's width and height, from its header.
  std::pair<int, int> png_size(const std::string& name) const {
    const std::string bytes = load_file(file(name));
    EXPECT_THAT(bytes, HasSubstr("IHDR"));
    auto number = [&](size_t at) {
      int value = 0;
      for (size_t i = at; i < at + 4; ++i) value = value * 256 + static_cast<uint8_t>(bytes[i]);
      return value;
    };
    return {number(16), number(20)};
  }
};

TEST_F(CliFilm, TalkMakesAFilmAsLongAsTheVoiceWithItsSound) {
  const Outcome outcome = run({"talk", "voice.wav", "-o", "face.mp4", "--size", "96"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("face.mp4: 2.0 s, 96 x 96"));
  const audio::Audio voice = audio::load_audio(file("voice.wav"));
  const audio::Audio sound = audio::load_audio(file("face.mp4"));
  EXPECT_NEAR(sound.duration_s(), 2.0, 0.07);  // AAC comes in packets of 64 ms
  double product = 0, energy = 0, voice_energy = 0;
  for (size_t i = 0; i < std::min(voice.samples.size(), sound.samples.size()); ++i) {
    product += static_cast<double>(voice.samples[i]) * sound.samples[i];
    energy += std::pow(static_cast<double>(sound.samples[i]), 2);
    voice_energy += std::pow(static_cast<double>(voice.samples[i]), 2);
  }
  EXPECT_GT(product / std::sqrt(energy * voice_energy), 0.9) << "not the voice, or shifted";
  EXPECT_THAT(names(), ElementsAre("face.mp4", "voice.wav"));
}

TEST_F(CliFilm, SeveralEmotionsStandSideBySideAndOnTheContactSheet) {
  const Outcome outcome = run({"talk", "voice.wav", "voice.wav", "-o", "faces.mp4", "--size", "64",
                               "--emotion", "all", "--contact-sheet", "sheet.png", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out + outcome.err, "");
  EXPECT_NEAR(audio::load_audio(file("faces.mp4")).duration_s(), 4.35, 0.07);
  const auto [width, height] = png_size("sheet.png");
  EXPECT_GE(width, 6 * 64);
  EXPECT_GE(height, 8 * 64);
}

// A jaw that opens a little more in each frame.
tensor::Tensor opening(int64_t frames) {
  tensor::Tensor motion = tensor::Tensor::zeros({frames, 53});
  for (int64_t t = 0; t < frames; ++t) motion[53 * t + 50] = 0.002f * static_cast<float>(t);
  return motion;
}

TEST_F(CliFilm, IntoAFolderIsAFilmOfEachVoice) {
  std::filesystem::create_directories(file("voices"));
  write_voice("voices/a.wav", 0.5);
  write_voice("voices/b.wav", 1.0);
  const Outcome outcome = run({"talk", "voices", "-o", "films/", "--size", "64"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("films/a.mp4: 0.5 s, 64 x 64\nfilms/b.mp4: 1.0 s"));
  EXPECT_TRUE(failed_with(run({"talk", "voices"}), 2, {"which film?", "-o films/"}));
}

TEST_F(CliFilm, EndingsAndRatesAreTakenAsTheyAreWritten) {
  formats::save_npy(file("motion.npy"), opening(30));
  const auto made = [&](const std::vector<std::string>& words) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome;
  };
  const Outcome untold = made({"render", "motion.npy", "-o", "A.MP4", "--size", "64"});
  EXPECT_THAT(untold.err, HasSubstr("motion.npy: says no rate and is taken for 25 frames per "
                                    "second; --motion-fps gives another"));
  const Outcome told = made({"render", "motion.npy", "-o", "b.Mov", "--size", "64", "--motion-fps",
                             "30000/1001", "--fps", "24000/1001"});
  EXPECT_THAT(told.err, Not(HasSubstr("says no rate")));
  EXPECT_THAT(told.out, HasSubstr("b.Mov: 24 frames"));
  made({"predict", "voice.wav", "-o", "c.NPZ", "--fps", "30000/1001"});
  made({"export", "vertices", "c.NPZ", "-o", "d.NPY", "-q"});
}

TEST_F(CliFilm, RenderWritesOnePicturePerFrame) {
  formats::save_npy(file("motion.npy"), tensor::Tensor::zeros({1, 5, 403}));
  ASSERT_EQ(run({"render", "motion.npy", "--frames", "pictures", "--size", "64", "-q"}).code, 0);
  EXPECT_THAT(names(), ElementsAre("motion.npy", "pictures", "pictures/00000.png",
                                   "pictures/00001.png", "pictures/00002.png", "pictures/00003.png",
                                   "pictures/00004.png", "voice.wav"));
  EXPECT_EQ(png_size("pictures/00004.png"), std::pair(64, 64));
  EXPECT_EQ(load_file(file("pictures/00000.png")), load_file(file("pictures/00004.png")));
}

TEST_F(CliFilm, MotionOfAnotherLengthThanItsVoiceIsWarnedOf) {
  const auto said = [&](int64_t frames) {
    formats::save_npy(file("motion.npy"), opening(frames));
    const Outcome outcome =
        run({"render", "motion.npy", "--voice", "voice.wav", "-o", "a.mp4", "--size", "64"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.err;
  };
  const std::string at_thirty = said(60);
  EXPECT_THAT(at_thirty, HasSubstr("motion.npy: 60 frames are 2.4 s at 25 per second"));
  EXPECT_THAT(at_thirty, HasSubstr("is it at 30? --motion-fps 30 says so"));
  EXPECT_THAT(said(70), HasSubstr("do they belong together?"));
  EXPECT_THAT(said(50), Not(HasSubstr("warning")));
}

TEST_F(CliFilm, PicturesReplacePicturesAndNothingElse) {
  formats::save_npy(file("motion.npy"), tensor::Tensor::zeros({2, 53}));
  const std::vector<std::string> draw = {"render", "motion.npy", "--size", "64", "-q", "--frames"};
  const auto into = [&](const std::string& folder) {
    std::vector<std::string> words = draw;
    words.push_back(folder);
    return run(words);
  };
  EXPECT_EQ(into("pictures/").code, 0);
  EXPECT_EQ(into("pictures").code, 0);
  std::filesystem::create_directories(file("mine"));
  save_file(file("mine/thesis.txt"), "years of work");
  EXPECT_TRUE(failed_with(into("mine"), 1, {"mine", "thesis.txt", "new folder"}));
  EXPECT_EQ(load_file(file("mine/thesis.txt")), "years of work");
  EXPECT_TRUE(failed_with(into("."), 1, {"would be lost"}));
  EXPECT_TRUE(std::filesystem::exists(file("motion.npy")));
}

TEST_F(CliFilm, JawOpensOnThePicture) {
  tensor::Tensor motion = tensor::Tensor::zeros({2, 53});
  motion[53 + 50] = 0.3f;
  formats::save_npy(file("motion.npy"), motion);
  ASSERT_EQ(run({"render", "motion.npy", "--frames", "pictures", "--size", "64", "-q"}).code, 0);
  EXPECT_NE(load_file(file("pictures/00000.png")), load_file(file("pictures/00001.png")));
}

TEST_F(CliFilm, VoicesBeyondTheLimitAreRefusedWithTheLimit) {
  audio::Audio hum;
  hum.samples.assign(static_cast<size_t>(601 * hum.rate_hz), 0.1f);
  audio::save_wav(file("long.wav"), hum);
  EXPECT_TRUE(failed_with(run({"predict", "long.wav", "-o", "out.npy"}), 1, {"long.wav", "600"}));
  EXPECT_TRUE(failed_with(run({"talk", "long.wav", "-o", "out.mp4"}), 1, {"long.wav", "600"}));
  EXPECT_THAT(names(), ElementsAre("long.wav", "voice.wav"));
}

TEST_F(CliFilm, EvaluateWantsOneMotionPerVoice) {
  formats::save_npy(file("motion.npy"), tensor::Tensor::zeros({1, 50, 403}));
  EXPECT_TRUE(failed_with(
      run({"evaluate", "lips", "--audio", "voice.wav", "--motion", "motion.npy", "motion.npy"}), 2,
      {"--motion", "one per voice"}));
  formats::save_npy(file("thirty.npy"), opening(60));
  EXPECT_TRUE(
      failed_with(run({"evaluate", "lips", "--audio", "voice.wav", "--motion", "thirty.npy"}), 1,
                  {"thirty.npy", "60 frames", "2.4 s", "voice.wav lasts 2.0 s"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "lips"}), 2, {"which voice"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "lisp"}), 2, {"did you mean 'lips'"}));
}

TEST_F(CliFilm, DataCheckNamesWhatIsMissing) {
  EXPECT_TRUE(failed_with(run({"data", "check", "nowhere"}), 1, {"nowhere"}));
  ASSERT_EQ(run({"data", "synth", "-o", "made", "--clips-per-style", "1", "--no-real-prompts",
                 "--no-augment", "-q"})
                .code,
            0);
  ASSERT_EQ(run({"data", "check", "made/mead"}).code, 0);
  std::string first;
  for (const auto& entry : std::filesystem::directory_iterator(file("made/mead/param"))) {
    first = std::max(first, entry.path().stem().string());
  }
  std::filesystem::remove(file("made/mead/wav/" + first + ".wav"));
  const Outcome outcome = run({"data", "check", "made/mead"});
  EXPECT_EQ(outcome.code, 0);  // training does without this clip
  EXPECT_THAT(outcome.out, HasSubstr(first));
}

}  // namespace
}  // namespace flowtalk::tests
