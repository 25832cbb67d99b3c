// From sound, pipes and finished motions to packets that somebody receives.
#include "flowtalk/pipeline/live.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <thread>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/live/microphone.h"
#include "flowtalk/live/sender.h"
#include "flowtalk/live/test_receiver.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/live_voice.h"
#include "flowtalk/pipeline/predict.h"
#include "flowtalk/predict/session.h"
#include "tests/live_model.h"
#include "tests/refusal.h"

namespace flowtalk::pipeline {
namespace {

using namespace std::chrono_literals;
using live::Clock;
using live::Receiver;
using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::refusal;

float real_at(const std::string& packet, size_t at) {
  uint32_t bits = 0;
  for (size_t i = 0; i < 4; ++i) bits = 256 * bits + static_cast<unsigned char>(packet[at + i]);
  return std::bit_cast<float>(bits);
}

// The 61 values at the end of one of Live Link's packets.
std::vector<float> values_of(const std::string& packet) {
  std::vector<float> values;
  for (size_t i = 61; i > 0; --i) values.push_back(real_at(packet, packet.size() - 4 * i));
  return values;
}

bool at_rest(const std::string& packet) {
  return std::ranges::all_of(values_of(packet), [](float v) { return v == 0; });
}

class LiveChain : public ::testing::Test {
 protected:
  static const std::filesystem::path& model_folder() {
    static const tests::ScratchFolder folder;
    static const std::filesystem::path path = [] {
      tests::save_model(folder / "tiny", tests::live_config());
      return folder / "tiny";
    }();
    return path;
  }

  LiveOptions options() {
    LiveOptions o;
    o.to = {receiver_.target("livelink")};
    o.asked.model.model = model_folder().string();
    o.asked.temperature.all = 0;
    o.asked.performing.liveliness = 0;
    o.asked.blinks = 0;
    o.given.add("model");
    return o;
  }
  std::string save(const std::string& name, const std::vector<float>& samples) {
    audio::save_wav(folder_ / name, {flame::kAudioHz, samples});
    return (folder_ / name).string();
  }

  tests::ScratchFolder folder_;
  Receiver receiver_;
};

TEST_F(LiveChain, AFinishedMotionGoesOutFrameByFrame) {
  tensor::Tensor rows = tensor::Tensor::zeros({10, motion::kLive});
  for (int64_t t = 0; t < 10; ++t) rows[t * motion::kLive + motion::kJawAt] = 0.02f * float(t + 1);
  motion::save_motion(folder_ / "a.npz", motion::of_live(rows, motion::Axes::kBuiltin));
  LiveOptions o;
  o.motion = (folder_ / "a.npz").string();
  o.to = {receiver_.target("livelink")};
  o.fps = {25, 1};
  LiveReport report = live(o, {});
  auto packets = receiver_.all(100ms);
  for (int i = 0; i < 3 && report.left_out > 0; ++i) {  // the machine was too busy to tell
    report = live(o, {});
    packets = receiver_.all(100ms);
  }
  ASSERT_EQ(packets.size(), 10u + live::kRestingFrames);
  for (size_t t = 0; t < 10; ++t) {
    const auto values = values_of(packets[t].bytes);
    EXPECT_NEAR(values[arkit::shape("jawOpen")], 0.02 * double(t + 1) / 0.442, 1e-3) << t;
  }
  EXPECT_TRUE(at_rest(packets.back().bytes));
  // At the pace of the clock: nine frames after the first one.
  EXPECT_NEAR(packets[9].at_s - packets[0].at_s, 0.36, 0.03);
  EXPECT_FALSE(report.streamed);
  EXPECT_NEAR(report.heard_s, 0.4, 1e-6);
}

TEST_F(LiveChain, WhatIsKeptIsWhatIsPredicted) {
  for (const double liveliness : {0.0, 1.0}) {
    LiveOptions o = options();
    o.voice = save("voice.wav", tests::speech_like(1.33));
    o.output = (folder_ / "kept.npz").string();
    from_text(liveliness == 0 ? "0.4" : "0.4,lips:0,brows:0.9", o.asked.temperature);
    o.asked.seed = 5;
    o.asked.emotion = "happy";
    o.asked.blinks = 50;
    o.asked.performing.liveliness = liveliness;
    const LiveReport report = live(o, {});
    EXPECT_TRUE(report.streamed);
    EXPECT_EQ(report.kept, o.output);
    EXPECT_NEAR(report.heard_s, 1.33, 1e-6);
    EXPECT_EQ(report.gaps, 0);

    PredictOptions p;
    p.voices = {o.voice};
    p.emotion = {o.asked.emotion};
    p.performance = o.asked.performance();
    p.output = (folder_ / "whole.npz").string();
    predict(p, {});
    EXPECT_TRUE(load_file(o.output) == load_file(p.output)) << liveliness;
    const auto kept = motion::load_motion(o.output, motion::Axes::kBuiltin);
    EXPECT_EQ(kept.frames(), 33);
    EXPECT_EQ(kept.neck.empty(), liveliness == 0);
  }
}

// The scores of what was kept, as Live Link gets them.
std::vector<std::vector<float>> scores_of(const std::string& path) {
  const auto take =
      arkit::take_of(motion::load_motion(path, motion::Axes::kBuiltin), arkit::Gain::kNone);
  std::vector<std::vector<float>> frames;
  for (int64_t t = 0; t < take.frames(); ++t) {
    const auto row = take.scores.values().subspan(static_cast<size_t>(52 * t), 52);
    frames.emplace_back(row.begin(), row.end());
  }
  return frames;
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < 52; ++i) sum += std::abs(double{a[i]} - double{b[i]});
  return sum;
}

// Between two frames, `place` frames after the first.
std::vector<float> blend(const std::vector<std::vector<float>>& frames, double place) {
  const double inside = std::clamp(place, 0.0, static_cast<double>(frames.size()) - 1.001);
  const auto i = static_cast<size_t>(inside);
  const auto share = static_cast<float>(inside - std::floor(inside));
  std::vector<float> row = frames[i];
  for (size_t k = 0; k < row.size(); ++k) row[k] += share * (frames[i + 1][k] - frames[i][k]);
  return row;
}

// A click in silence: what is received is the model's own frames, each in its time.
TEST_F(LiveChain, AClickComesOutAtItsPlace) {
  std::vector<float> samples(2 * flame::kAudioHz, 0.0f);
  for (size_t i = 0; i < 800; ++i) samples[19200 + i] = i % 2 == 0 ? 0.8f : -0.8f;
  LiveOptions o = options();
  o.voice = save("click.wav", samples);
  o.output = (folder_ / "kept.npz").string();
  const auto report = live(o, {});
  const auto frames = scores_of(o.output);
  EXPECT_LT(distance(frames[24], frames[20]), 0.2 * distance(frames[40], frames[20]));

  const auto packets = receiver_.all(100ms);
  const auto away = [&](double late_s) {
    double sum = 0;
    for (const auto& packet : packets) {
      const double moment_s = packet.at_s - packets[0].at_s - 1e-3 * report.age_ms.p50 - late_s;
      if (moment_s < 1 || moment_s > 1.9) continue;
      sum += distance(values_of(packet.bytes), blend(frames, 25 * moment_s));
    }
    return sum;
  };
  double best = 0;
  for (int ms = -200; ms <= 200; ++ms) {
    if (away(1e-3 * ms) < away(best)) best = 1e-3 * ms;
  }
  EXPECT_NEAR(best, 0, 0.03);  // less than a frame
  EXPECT_TRUE(at_rest(packets.back().bytes));
  EXPECT_GT(report.age_ms.p50, report.lookahead_ms);
  EXPECT_LT(report.age_ms.p50, report.lookahead_ms + 150);
}

TEST_F(LiveChain, APreviewIsDrawnBesideTheSending) {
  if (!live::has_sdl()) GTEST_SKIP() << "skipped: built without SDL2";
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  LiveOptions o = options();
  o.voice = save("voice.wav", tests::speech_like(0.8));
  o.look.preview = true;
  o.look.size = {64, 64};
  const auto report = live(o, {});
  unsetenv("SDL_VIDEODRIVER");
  EXPECT_GT(report.pictures, 10);
  EXPECT_EQ(static_cast<int64_t>(receiver_.all(100ms).size()), report.packets);
}

TEST_F(LiveChain, AModelOfWholeClipsIsHeardToTheEndAndCannotHearPipes) {
  auto config = tests::live_config();
  config.encoder.normalisation = encoder::Normalisation::kClip;
  tests::save_model(folder_ / "whole", config);
  LiveOptions o = options();
  o.voice = save("voice.wav", tests::speech_like(0.5));
  o.asked.model.model = (folder_ / "whole").string();
  o.output = (folder_ / "kept.npz").string();
  std::vector<std::string> notes;
  Reporter reporter;
  reporter.note = [&](const std::string& text) { notes.push_back(text); };
  const auto report = live(o, reporter);
  EXPECT_FALSE(report.streamed);
  ASSERT_FALSE(notes.empty());
  EXPECT_THAT(notes[0], HasSubstr("hears whole clips"));
  EXPECT_TRUE(std::filesystem::exists(o.output));
  EXPECT_GT(receiver_.all(100ms).size(), 10u);

  o.voice.clear();
  o.pipe.from_stdin = true;
  EXPECT_THAT(refusal([&] { live(o, {}); }),
              AllOf(HasSubstr("whole: cannot hear live"), HasSubstr("or give a sound file")));
}

TEST_F(LiveChain, RefusesWhatCannotBeBeforeAnythingIsDone) {
  const auto voice = save("a.wav", tests::speech_like(0.2));
  const auto refused = [&](auto change) {
    LiveOptions o = options();
    o.voice = voice;
    change(o);
    return refusal([&] { live(o, {}); });
  };
  EXPECT_THAT(refused([](auto& o) { o.voice.clear(); }), HasSubstr("what is to be heard"));
  EXPECT_THAT(refused([](auto& o) { o.motion = "b.npz"; }), HasSubstr("give one of"));
  EXPECT_THAT(refused([](auto& o) { o.to.clear(); }), HasSubstr("where to?"));
  EXPECT_THAT(refused([](auto& o) { o.to = {"livelnk"}; }), HasSubstr("did you mean 'livelink'"));
  EXPECT_THAT(refused([](auto& o) { o.subject = ""; }), HasSubstr("subject"));
  EXPECT_THAT(refused([](auto& o) { o.output = "x.mp3"; }), HasSubstr("ends in .npy"));
  EXPECT_THAT(refused([](auto& o) { o.given.add("rate"); }), HasSubstr("sound in a pipe"));
  EXPECT_THAT(refused([](auto& o) { o.given.add("motion_fps"); }), HasSubstr("a voice is heard"));
  EXPECT_THAT(refused([](auto& o) {
                o.voice.clear();
                o.motion = "b.npz";
              }),
              HasSubstr("model is of a voice"));
  EXPECT_THAT(refused([](auto& o) { o.voice = "b.wav"; }), HasSubstr("b.wav: no such file"));
  EXPECT_THAT(refused([](auto& o) { o.asked.emotion = "all"; }), HasSubstr("name one emotion"));
  EXPECT_THAT(refused([](auto& o) { o.asked.emotion = "joyus"; }), HasSubstr("joyus"));
  for (const char* field : {"size", "camera", "look", "face", "person"}) {
    EXPECT_THAT(refused([&](auto& o) { o.given.add(field); }), HasSubstr("is of what is drawn"));
  }
  const auto refused_film = [&](auto change) {
    return refused([&](auto& o) {
      o.output = "never.mp4";
      change(o);
    });
  };
  EXPECT_THAT(refused_film([](auto& o) { o.look.person = "nobody"; }), HasSubstr("nobody"));
  EXPECT_THAT(refused_film([](auto& o) { o.look.face = "none.glb"; }), HasSubstr("none.glb"));
}

// Sound that comes as a script says: pieces and pauses.
class ScriptedSound : public LiveSound {
 public:
  struct Piece {
    std::chrono::milliseconds pause;
    std::vector<float> samples;
  };
  explicit ScriptedSound(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}
  int rate_hz() const override { return flame::kAudioHz; }
  bool has_own_pace() const override { return true; }
  bool read(int64_t, Clock::time_point until, std::vector<float>& out) override {
    if (next_ == pieces_.size()) return false;
    if (!due_) due_ = Clock::now() + pieces_[next_].pause;
    std::this_thread::sleep_until(std::min(until, *due_));
    if (Clock::now() < *due_) return true;
    out = pieces_[next_++].samples;
    due_.reset();
    return true;
  }

 private:
  std::vector<Piece> pieces_;
  size_t next_ = 0;
  std::optional<Clock::time_point> due_;
};

struct LiveVoiceTest : ::testing::Test {
  std::shared_ptr<const predict::Model> model = tests::model_of(tests::live_config());
  std::shared_ptr<const stream::LiveModel> live = stream::LiveModel::of(model);
  predict::Session session{model, 1};

  HeardLive hear(
      LiveSound& sound, std::function<bool()> stopped = [] { return false; }) {
    stream::StreamOptions o;
    o.rate_hz = sound.rate_hz();
    stream::Stream stream(live, o);
    live::Playback playback(flame::kFps, 0);
    LiveVoice voice(session, stream, sound, playback);
    voice.keep(true, true);
    return voice.run(stopped);
  }
};

TEST_F(LiveVoiceTest, GapsAreSilenceOfTheirLength) {
  const auto piece = tests::speech_like(0.1);
  ScriptedSound sound({{0ms, piece}, {60ms, piece}, {500ms, piece}, {50ms, piece}});
  const HeardLive heard = hear(sound);
  EXPECT_EQ(heard.gaps, 1);
  // The pause as far as the clock tells it, the short ones not at all.
  EXPECT_NEAR(static_cast<double>(heard.gap_samples) / 16000, 0.5, 0.1);
  EXPECT_EQ(heard.samples, 4 * 1600 + heard.gap_samples);
  EXPECT_EQ(heard.frames, std::lround(static_cast<double>(heard.samples) / 640));
  ASSERT_EQ(heard.sound.samples.size(), static_cast<size_t>(heard.samples));
  EXPECT_EQ(heard.sound.samples[3200 + 4000], 0);
  EXPECT_EQ(heard.rows.size(), static_cast<size_t>(53 * heard.frames));
  EXPECT_EQ(heard.step_ms.count(), (heard.frames + 1) / 2);
}

TEST_F(LiveVoiceTest, TheClockOfADeviceIsFollowed) {
  // A device that is slower than it says: 0.6 s of its sound take 0.9 s.
  ScriptedSound sound(std::vector<ScriptedSound::Piece>(30, {30ms, std::vector<float>(320)}));
  stream::Stream stream(live, {});
  live::Playback playback(flame::kFps, 0);
  LiveVoice voice(session, stream, sound, playback);
  const auto before = Clock::now();
  EXPECT_EQ(voice.run([] { return false; }).samples, 30 * 320);
  EXPECT_GT(Clock::now() - before, 890ms);
  // The moment 0.6 s, its end, was just now.
  EXPECT_NEAR(live::Seconds(Clock::now() - voice.begin()).count(), 0.6, 0.1);
}

TEST_F(LiveVoiceTest, StopsWhenAsked) {
  ScriptedSound sound({{0ms, tests::speech_like(0.2)}, {100000ms, {}}});
  const auto end = Clock::now() + 100ms;
  const HeardLive heard = hear(sound, [&] { return Clock::now() > end; });
  EXPECT_LT(Clock::now(), end + 5s);
  EXPECT_GE(heard.frames, 5);
}

struct Pipe {
  int ends[2]{-1, -1};
  Pipe() { EXPECT_EQ(pipe(ends), 0); }
  ~Pipe() {
    close(ends[0]);
    shut();
  }
  void write(const std::string& bytes) const {
    EXPECT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void shut() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
  std::unique_ptr<LiveSound> sound(const PipeForm& form = {}) const {
    return sound_of_pipe(ends[0], "pipe", form, [] { return false; });
  }
};

TEST_F(LiveVoiceTest, APipeIsHeardAtThePaceOfTheClock) {
  const tests::ScratchFolder folder;
  const auto samples = tests::speech_like(0.6);
  audio::save_wav(folder / "a.wav", {16000, samples});
  Pipe pipe;
  pipe.write(load_file(folder / "a.wav"));
  pipe.shut();
  const auto sound = pipe.sound();
  EXPECT_EQ(sound->rate_hz(), 16000);
  const auto begin = Clock::now();
  const HeardLive heard = hear(*sound);
  EXPECT_GE(Clock::now() - begin, 595ms);
  EXPECT_EQ(heard.samples, 9600);
  EXPECT_EQ(heard.gaps, 0);
  EXPECT_EQ(heard.sound.samples, audio::load_recording(folder / "a.wav").samples);
}

TEST_F(LiveVoiceTest, APipeThatStopsAndGoesOn) {
  Pipe pipe;
  const std::string tenth(2 * 800, '\x10');  // 0.1 s at 8 kHz
  std::thread writer([&] {
    pipe.write(tenth + tenth);
    std::this_thread::sleep_for(600ms);
    pipe.write(tenth);
    pipe.shut();
  });
  const auto sound = pipe.sound({audio::PcmForm::kS16, 8000, 1});
  const HeardLive heard = hear(*sound);
  writer.join();
  EXPECT_EQ(heard.gaps, 1);
  EXPECT_EQ(heard.samples - heard.gap_samples, 2400);
  EXPECT_NEAR(static_cast<double>(heard.gap_samples) / 8000, 0.4, 0.1);
}

TEST(LivePipe, SaysInOneLineWhatIsWrong) {
  Pipe nothing;
  nothing.shut();
  EXPECT_THAT(refusal([&] { nothing.sound(); }), HasSubstr("pipe: ended before any sound came"));
  Pipe other;
  other.write("ID3.............");
  EXPECT_THAT(refusal([&] { other.sound(); }),
              HasSubstr("pipe: no WAV file, it begins with 'ID3.'"));
  Pipe bare;
  bare.write("x");  // half a sample
  bare.shut();
  const auto sound = bare.sound({audio::PcmForm::kS16, 16000, 1});
  std::vector<float> out;
  EXPECT_THAT(refusal([&] {
                while (sound->read(100, Clock::now() + 20ms, out)) continue;
              }),
              HasSubstr("ended before any sound came"));
}

}  // namespace
}  // namespace flowtalk::pipeline
