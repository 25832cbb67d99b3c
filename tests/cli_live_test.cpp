// `flowtalk live` as people use it: sound in a pipe, a finished motion, Ctrl-C, a microphone and a
// window by SDL's drivers without devices.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/live/osc.h"
#include "flowtalk/live/test_receiver.h"
#include "flowtalk/live/udp.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/live_model.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using namespace std::chrono_literals;
using live::Receiver;
using ::testing::HasSubstr;

bool at_rest(const Receiver::Packet& packet) {
  return packet.bytes.find_first_not_of('\0', packet.bytes.size() - 61 * 4) == std::string::npos;
}

class CliLive : public CommandLine {
 protected:
  void SetUp() override {
    save_model(file("tiny"), live_config());
    write_voice("voice.wav", 0.7);
  }
  void TearDown() override {
    for (const char* name : {"SDL_AUDIODRIVER", "SDL_VIDEODRIVER", "SDL_DISKAUDIOFILEIN"}) {
      unsetenv(name);
    }
  }

  std::vector<std::string> live(std::vector<std::string> words) const {
    words.insert(words.begin(), "live");
    words.insert(words.end(), {"--to", receiver_.target("livelink")});
    return words;
  }
  void write_motion(const std::string& name, int64_t frames) const {
    tensor::Tensor rows = tensor::Tensor::zeros({frames, motion::kLive});
    for (int64_t t = 0; t < frames; ++t)
      rows[t * motion::kLive + motion::kJawAt] = 0.001f * static_cast<float>(100 + t % 100);
    motion::save_motion(file(name), motion::of_live(rows, motion::Axes::kBuiltin));
  }
  // Waits until something that moves has come, then asks the program to stop.
  Outcome interrupt(Started& program, int signal = SIGINT) {
    for (auto packet = receiver_.next(5s); packet && at_rest(*packet);) packet = receiver_.next(5s);
    kill(program.pid(), signal);
    return program.finish();
  }

  Receiver receiver_;
};

TEST_F(CliLive, SoundInAPipeGoesOutAndIsKept) {
  Started program(folder_, live({"--stdin", "--model", "tiny", "-o", "kept.npz"}),
                  file("voice.wav"));
  const Outcome outcome = program.finish();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("0.70 s, "));
  EXPECT_THAT(outcome.out, HasSubstr(receiver_.target("livelink")));
  EXPECT_THAT(outcome.out, HasSubstr("a step of 80 ms takes "));
  const auto packets = receiver_.all(100ms);
  ASSERT_GT(packets.size(), 30u);
  EXPECT_TRUE(at_rest(packets.back()));
  EXPECT_FALSE(at_rest(packets[packets.size() - 10]));
  const Outcome whole = run({"predict", "voice.wav", "--model", "tiny", "-o", "whole.npz", "-q"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_TRUE(load_file(file("kept.npz")) == load_file(file("whole.npz")));
}

TEST_F(CliLive, BareSamplesNeedTheirRate) {
  write("bare.raw", std::string(2 * 4000, '\x08'));
  const auto words = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--stdin", "--model", "tiny"});
    return live(more);
  };
  const Outcome good = Started(folder_, words({"--rate", "8000"}), file("bare.raw")).finish();
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("0.50 s, "));
  EXPECT_TRUE(failed_with(Started(folder_, words({}), file("bare.raw")).finish(), 1,
                          {"no WAV file", "give --rate"}));
  EXPECT_TRUE(failed_with(Started(folder_, words({"--format", "f32"}), file("bare.raw")).finish(),
                          2, {"--format", "give --rate"}));
  EXPECT_TRUE(failed_with(Started(folder_, words({"--rate", "100"}), file("bare.raw")).finish(), 2,
                          {"--rate 100", "8000"}));
  EXPECT_TRUE(failed_with(run(words({})), 1, {"the standard input: ended before any sound came"}));
}

TEST_F(CliLive, CtrlCEndsAMotionWithAFaceAtRest) {
  write_motion("long.npz", 25 * 600);
  for (const int signal : {SIGINT, SIGTERM}) {
    Started program(folder_, live({"--motion", "long.npz"}));
    const Outcome outcome = interrupt(program, signal);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const auto packets = receiver_.all(100ms);
    ASSERT_FALSE(packets.empty());
    EXPECT_TRUE(at_rest(packets.back()));
  }
}

TEST_F(CliLive, CtrlCEndsAPipeThatGoesOnAndKeepsItsMotion) {
  ASSERT_EQ(mkfifo(file("pipe").c_str(), 0600), 0);
  const int pipe = open(file("pipe").c_str(), O_RDWR);
  const std::string voice = load_file(file("voice.wav"));
  ASSERT_EQ(::write(pipe, voice.data(), voice.size()), static_cast<ssize_t>(voice.size()));
  Started program(folder_, live({"--stdin", "--model", "tiny", "-o", "kept.npz"}), file("pipe"));
  const Outcome outcome = interrupt(program);
  close(pipe);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(at_rest(receiver_.all(100ms).back()));
  EXPECT_GT(motion::load_motion(file("kept.npz"), motion::Axes::kBuiltin).frames(), 5);
}

TEST_F(CliLive, AFilmIsMadeOfWhatWasHeard) {
  Started program(folder_, live({"--stdin", "--model", "tiny", "-o", "kept.mp4", "--size", "64"}),
                  file("voice.wav"));
  const Outcome outcome = program.finish();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto film = audio::load_audio(file("kept.mp4"));
  EXPECT_NEAR(film.duration_s(), 0.7, 0.1);
}

// Whoever sends a message to the port, as often as until it is over.
TEST_F(CliLive, AnotherProgramChangesTheEmotionByOsc) {
  write_voice("long.wav", 3);
  const std::string port = std::to_string(Receiver().port());  // free again
  const std::vector<std::string> words =
      live({"long.wav", "--model", "tiny", "--liveliness", "0", "--temperature", "0", "--blinks",
            "0", "--control", port, "-o", "changed.npz"});
  Started program(folder_, words);
  live::Target target;
  target.protocol = &live::protocol_of("vmc", "");
  target.place.port = std::stoi(port);
  live::UdpSocket sender(target);
  const std::vector<live::OscValue> happy{live::OscValue(std::string_view("happy")),
                                          live::OscValue(1.0f)};
  std::atomic<bool> over = false;
  std::thread other([&] {
    while (!over) {
      sender.send(live::osc_message("/flowtalk/emotion", happy));
      std::this_thread::sleep_for(50ms);
    }
  });
  const Outcome outcome = program.finish();
  over = true;
  other.join();
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(" changes by OSC"));
  const auto at_the_end = [&](const std::string& name) {
    const motion::Motion motion = motion::load_motion(file(name), motion::Axes::kBuiltin);
    const auto row = motion.expression.at(motion.frames() - 3);
    return std::vector<float>(row.begin(), row.end());
  };
  ASSERT_EQ(run({"predict", "long.wav", "--model", "tiny", "--liveliness", "0", "--temperature",
                 "0", "--blinks", "0", "-q", "-o", "neutral.npz"})
                .code,
            0);
  EXPECT_NE(at_the_end("changed.npz"), at_the_end("neutral.npz"));
}

TEST_F(CliLive, TheShippedModelHearsLive) {
  const Outcome outcome = Started(folder_, live({"--stdin"}), file("voice.wav")).finish();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_GT(receiver_.all(100ms).size(), 35u);
}

TEST_F(CliLive, OtherModelsHearFilesAsAWholeOrSayWhy) {
  model::ModelConfig config = live_config();
  config.encoder.attention_block = 0;
  config.encoder.attention_left = 0;
  save_model(file("whole"), config);
  EXPECT_TRUE(failed_with(run(live({"voice.wav", "--model", "whole", "--control", "9000"})), 1,
                          {"hears whole clips", "leave --control out"}));
  EXPECT_TRUE(failed_with(
      Started(folder_, live({"--stdin", "--model", "whole"}), file("voice.wav")).finish(), 1,
      {"cannot hear live", "or give a sound file"}));
  const Outcome whole = run(live({"voice.wav", "--model", "whole", "-q"}));
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_GT(receiver_.all(100ms).size(), 35u);
}

TEST_F(CliLive, WrongWordsAreRefused) {
  EXPECT_TRUE(failed_with(run({"live", "voice.wav"}), 2, {"where to?", "--to livelink"}));
  EXPECT_TRUE(failed_with(run({"live", "voice.wav", "--to", "unreal"}), 2,
                          {"--to unreal", "expected one of livelink"}));
  EXPECT_TRUE(failed_with(run({"live", "--to", "vmc"}), 2, {"what is to be heard", "--stdin"}));
  EXPECT_TRUE(failed_with(run({"live", "voice.wav", "--to", "vmc://nowhere.invalid"}), 1,
                          {"vmc://nowhere.invalid:39539", "not known"}));
  EXPECT_TRUE(failed_with(run(live({"voice.wav", "--names", "kebab"})), 2, {"--names kebab"}));
  EXPECT_TRUE(failed_with(run(live({"voice.wav", "--moods", "0.3"})), 2,
                          {"--moods is of presets", "--names presets"}));
  EXPECT_TRUE(failed_with(run(live({"voice.wav", "--emotion", "all"})), 2, {"name one emotion"}));
  EXPECT_TRUE(failed_with(run(live({"none.wav"})), 1, {"none.wav: no such file"}));
  EXPECT_TRUE(
      failed_with(run(live({"voice.wav", "--control", "studio"})), 2, {"--control", "9000"}));
  EXPECT_TRUE(
      failed_with(run(live({"voice.wav", "--model", "tiny", "--control", "192.0.2.1:9000"})), 1,
                  {"192.0.2.1:9000: cannot be listened at"}));
}

TEST_F(CliLive, AMicrophoneIsHeard) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "skipped: SDL gives its threads less stack than AddressSanitizer needs";
#endif
  std::string bytes(4 * 16000 * 20, '\0');
  for (size_t i = 2; i < bytes.size(); i += 4) bytes[i] = static_cast<char>(i % 97);
  write("in.raw", bytes);
  setenv("SDL_AUDIODRIVER", "disk", 1);
  setenv("SDL_DISKAUDIOFILEIN", file("in.raw").c_str(), 1);
  Started program(folder_, live({"--microphone", "--model", "tiny"}));
  const Outcome outcome = interrupt(program);
  if (outcome.err.find("built without SDL2") != std::string::npos) GTEST_SKIP() << outcome.err;
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(at_rest(receiver_.all(100ms).back()));
  setenv("SDL_AUDIODRIVER", "dummy", 1);
  EXPECT_TRUE(failed_with(run(live({"--microphone", "Studio", "--model", "tiny"})), 1,
                          {"no microphone is called 'Studio'"}));
}

TEST_F(CliLive, APreviewIsShownBesideTheSending) {
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  write_motion("short.npz", 25);
  const Outcome outcome = run(live({"--motion", "short.npz", "--preview", "--size", "64"}));
  if (outcome.err.find("built without SDL2") != std::string::npos) GTEST_SKIP() << outcome.err;
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("pictures shown"));
  EXPECT_GT(receiver_.all(100ms).size(), 50u);
  setenv("SDL_VIDEODRIVER", "none such", 1);
  EXPECT_TRUE(
      failed_with(run(live({"--motion", "short.npz", "--preview"})), 1, {"there is no display"}));
}

}  // namespace
}  // namespace flowtalk::tests
