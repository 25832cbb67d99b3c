#include "flowtalk/audio/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flowtalk/audio/test_sounds.h"
#include "flowtalk/base/error.h"
#include "tests/scratch_folder.h"

namespace flowtalk::audio {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kFrame = 0.02;

// Frames of 20 ms whose clock `at` says, from the number of the frame.
std::vector<Mark> marks(size_t count, const std::function<double(size_t)>& at) {
  std::vector<Mark> all;
  for (size_t i = 0; i < count; ++i) all.push_back({kFrame * static_cast<double>(i), at(i)});
  return all;
}

double even(size_t i) { return kFrame * static_cast<double>(i); }
double rounded(double seconds) { return std::round(1000 * seconds) / 1000; }

TEST(Gaps, AreWhereTheClockRunsAheadForGood) {
  const auto gaps = find_gaps(marks(200, [](size_t i) { return even(i) + (i < 50 ? 0 : 1.0); }), 0);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_NEAR(gaps[0].at_s, 1.0, 1e-9);
  EXPECT_NEAR(gaps[0].length_s, 1.0, 1e-9);
}

TEST(Gaps, OfOnePacketEachAddUp) {
  const auto gaps = find_gaps(marks(400, [](size_t i) { return rounded(even(i + i / 100)); }), 0);
  ASSERT_EQ(gaps.size(), 3u);
  EXPECT_NEAR(gaps[1].at_s, 4.02, 0.002);  // on the file's clock: a packet was missing before
  EXPECT_NEAR(total_s(gaps), 0.06, 0.002);
}

TEST(Gaps, AreNotMadeOfJitterDriftOrRounding) {
  EXPECT_THAT(find_gaps(marks(500, [](size_t i) { return rounded(even(i) + 0.0004); }), 0),
              IsEmpty());
  const auto late = [](size_t i) { return even(i) + 0.01 * static_cast<double>(i * 7 % 5); };
  EXPECT_THAT(find_gaps(marks(500, late), 0), IsEmpty());
  EXPECT_THAT(find_gaps(marks(30000, [](size_t i) { return 1.0002 * even(i); }), 0), IsEmpty());
  const auto outlier = [](size_t i) { return even(i) + (i == 60 ? 3600.0 : 0.0); };
  EXPECT_THAT(find_gaps(marks(500, outlier), 0), IsEmpty());
}

TEST(Gaps, AClockThatBeginsAnewLeavesNone) {
  const auto chained = [](size_t i) { return i < 100 ? 7 + even(i) : even(i - 100); };
  EXPECT_THAT(find_gaps(marks(200, chained), 7), IsEmpty());
  const auto then_lost = [](size_t i) { return i < 100 ? 7 + even(i) : even(i - 100 + i / 150); };
  const auto gaps = find_gaps(marks(200, then_lost), 7);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_NEAR(gaps[0].at_s, 3.0, 1e-9);
}

TEST(Gaps, BeforeTheLastFramesAreLong) {
  const auto last = [](double by) {
    return [by](size_t i) { return even(i) + (i < 98 ? 0 : by); };
  };
  EXPECT_THAT(find_gaps(marks(100, last(0.06)), 0), IsEmpty());
  EXPECT_NEAR(total_s(find_gaps(marks(100, last(0.5)), 0)), 0.5, 1e-9);
}

TEST(Gaps, BeforeTheFirstFrameAreThoseOfTheFilm) {
  const auto gaps = find_gaps(marks(100, [](size_t i) { return 0.4 + even(i); }), 0);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].at_s, 0);
  EXPECT_NEAR(gaps[0].length_s, 0.4, 1e-9);
}

TEST(Gaps, AreFilledWithZerosInEveryChannel) {
  std::vector<float> samples = {1, 2, 3, 4, 5, 6};  // (3, 2) at 10 Hz
  insert_silence(samples, 2, 10, std::vector<Gap>{{0.1, 0.2}, {0.4, 0.1}});
  EXPECT_THAT(samples, ElementsAre(1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 5, 6));
}

class ClockTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const MadeFilm& film) const {
    write_film(folder_ / name, film);
    return folder_ / name;
  }
  tests::ScratchFolder folder_;
};

// Half a second of pause after the first second.
double paused(size_t i) { return even(i) + (i < 50 ? 0 : 0.5); }

void expect_silence(const Audio& audio, double from_s, double until_s) {
  for (size_t i = 0; i < audio.samples.size(); ++i) {
    const double at = static_cast<double>(i) / audio.rate_hz;
    if (std::abs(at - from_s) < 0.003 || std::abs(at - until_s) < 0.003) continue;
    ASSERT_NEAR(audio.samples[i], at > from_s && at < until_s ? 0.0 : 0.5, 0.01) << at;
  }
}

TEST_F(ClockTest, PausesOfARecordingAreKept) {
  for (const char* name : {"pause.mkv", "pause.nut"}) {
    const fs::path path = write(name, {100, paused});
    SourceFormat source;
    const Audio audio = load_audio(path, {}, &source);
    EXPECT_NEAR(audio.duration_s(), 2.5, 0.002) << name;
    expect_silence(audio, 1.0, 1.5);
    EXPECT_THAT(texts_of(source.warnings(2.5)),
                ElementsAre(AllOf(HasSubstr("no sound from 1.00 s to 1.50 s"),
                                  HasSubstr("0.50 s of silence are put in"))));
    EXPECT_NEAR(static_cast<double>(load_recording(path).frames()), 2.5 * kMadeRate, 32) << name;
  }
}

TEST_F(ClockTest, SoundOfAFilmBeginsOnTheFilmsClock) {
  SourceFormat source;
  const auto late = [](size_t i) { return even(i) + 0.4; };
  const Audio film = load_audio(write("late.mkv", {100, late, 0.04}), {}, &source);
  EXPECT_NEAR(film.duration_s(), 2.4, 0.002);
  expect_silence(film, 0, 0.4);
  EXPECT_THAT(texts_of(source.warnings(2.4)),
              ElementsAre(HasSubstr("starts 0.40 s after its picture")));
  // Sound alone begins with its first packet, wherever its clock stands.
  const Audio alone = load_audio(write("alone.mkv", {100, late}), {}, &source);
  EXPECT_NEAR(alone.duration_s(), 2.0, 0.002);
  EXPECT_THAT(texts_of(source.warnings(2.0)), IsEmpty());
  const auto nearly = [](size_t i) { return even(i) + 0.03; };
  const Audio rounded_film = load_audio(write("nearly.mkv", {100, nearly, 0.04}), {}, &source);
  EXPECT_NEAR(rounded_film.duration_s(), 2.0, 0.002);
}

// Transport and program streams of MPEG, which keep times of packets as films do.
TEST_F(ClockTest, PausesInStreamsOfMpegAreKept) {
  for (const char* name : {"pause.ts", "pause.mpg", "pause.vob"}) {
    const auto at = [](size_t i) {
      return kCompressedPacketS * static_cast<double>(i) + (i < 20 ? 0.3 : 1.3);
    };
    SourceFormat source;
    const Audio audio = load_audio(write(name, {40, at, 4.0, true}), {}, &source);
    const auto said = texts_of(source.warnings(audio.duration_s()));
    ASSERT_EQ(said.size(), 2u) << name;
    EXPECT_THAT(said[0], HasSubstr("s after its picture"));
    EXPECT_THAT(said[1], HasSubstr("1.00 s of silence are put in"));
    EXPECT_NEAR(audio.duration_s(), 40 * kCompressedPacketS + 1.3, 0.02) << name;
    const auto sound_begins = [&](double seconds) {
      const auto from = static_cast<size_t>(seconds * audio.rate_hz);
      return std::any_of(audio.samples.begin() + static_cast<std::ptrdiff_t>(from),
                         audio.samples.begin() + static_cast<std::ptrdiff_t>(from + 1600),
                         [](float x) { return x != 0; });
    };
    EXPECT_FALSE(sound_begins(0.1)) << name;
    EXPECT_TRUE(sound_begins(1.0)) << name;
    EXPECT_FALSE(sound_begins(2.0)) << name;
    EXPECT_TRUE(sound_begins(3.0)) << name;
  }
}

// AVI counts sound and keeps no times of it.
TEST_F(ClockTest, OfAviWithAPauseItIsSaidThatItIsNotKept) {
  SourceFormat source;
  load_audio(write("pause.avi", {100, paused, 4.0}), {}, &source);
  EXPECT_THAT(texts_of(source.warnings(2.0)),
              ElementsAre(AllOf(HasSubstr("2.0 s of sound beside 4.0 s of picture"),
                                HasSubstr("AVI does not keep where sound is missing"))));
  load_audio(write("whole.avi", {100, even, 2.0}), {}, &source);
  EXPECT_THAT(source.warnings(2.0), IsEmpty());
}

TEST(SoundWarnings, OfManyFilesAreALinePerKind) {
  SoundWarnings all;
  all.add("b", {{"joined into one", "is 3"}, {"less sound than stated", "says"}});
  all.add("a", {{"joined into one", "is 2"}});
  all.add("c", {});
  EXPECT_THAT(all.lines(),
              ElementsAre("2 files (joined into one), for example a: is 2", "b: says"));
}

TEST_F(ClockTest, JumpsOfHoursAreRefusedBeforeMemoryIsTaken) {
  const fs::path path =
      write("hours.mkv", {100, [](size_t i) { return even(i) + (i < 50 ? 0 : 40'000); }});
  const auto message = [&](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  };
  const auto refused = AllOf(HasSubstr("hours.mkv"), HasSubstr("s, the limit is"));
  EXPECT_THAT(message([&] { load_audio(path); }), refused);
  EXPECT_THAT(message([&] { load_recording(path, 600); }), refused);
}

}  // namespace
}  // namespace flowtalk::audio
