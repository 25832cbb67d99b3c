#include "flowtalk/stream/stream.h"

#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/live_model.h"
#include "tests/refusal.h"
#include "tests/turning_encoder.h"

namespace flowtalk::stream {
namespace {

using ::testing::HasSubstr;

struct StreamTest : ::testing::Test {
  std::shared_ptr<const predict::Model> model = tests::model_of(tests::live_config());
  std::shared_ptr<const LiveModel> live = LiveModel::of(model);
  predict::Session session{model, 1};

  static StreamOptions options() {
    StreamOptions o;
    o.emotion = default_conditions().only(3);
    o.strength = 0.7f;
    o.style = 2;
    o.temperature = 0.3f;
    o.blinks_per_minute = 60;
    o.seed = 9;
    o.take = 1;
    return o;
  }
};

void pull_all(Stream& stream, std::vector<float>& rows) {
  while (const auto frame = stream.pull()) {
    EXPECT_EQ(frame->index, static_cast<int64_t>(rows.size()) / motion::kLive);
    rows.insert(rows.end(), frame->values.begin(), frame->values.end());
  }
}

std::vector<float> whole(Stream stream, const predict::Session& session,
                         std::span<const float> voice) {
  std::vector<float> rows;
  stream.push(voice);
  stream.finish();
  stream.run(session);
  pull_all(stream, rows);
  EXPECT_TRUE(stream.done());
  return rows;
}

std::vector<float> predicted(const predict::Session& session, const StreamOptions& o,
                             std::vector<float> voice) {
  predict::PredictOptions p;
  p.asked.emotion = o.emotion;
  p.asked.strength = o.strength;
  p.asked.style = o.style;
  p.temperature = o.temperature;
  p.region_temperature = o.region_temperature;
  p.blinks_per_minute = o.blinks_per_minute;
  p.seed = o.seed;
  p.take = o.take;
  const auto rows = live_of(session.predict({flame::kAudioHz, std::move(voice)}, p));
  return {rows.values().begin(), rows.values().end()};
}

TEST_F(StreamTest, IsWhatIsPredictedOfTheWholeClip) {
  const predict::Session two(model, 2);
  for (const double seconds : {0.001, 0.05, 0.3, 2.0, 2.03, 7.1}) {
    const auto voice = tests::speech_like(seconds);
    const auto wanted = predicted(session, options(), voice);
    EXPECT_EQ(whole(Stream(live, options()), session, voice), wanted) << seconds;
    EXPECT_EQ(whole(Stream(live, options()), two, voice), wanted) << seconds;
  }
  const auto voice = tests::speech_like(1);
  for (const float temperature : {0.0f, 0.8f}) {
    StreamOptions o;
    o.temperature = temperature;
    EXPECT_EQ(whole(Stream(live, o), session, voice), predicted(session, o, voice));
  }
  StreamOptions by_region = options();
  by_region.region_temperature = {0, 0.4f, 0.8f, 0.4f};
  const auto rows = whole(Stream(live, by_region), session, voice);
  EXPECT_EQ(rows, predicted(session, by_region, voice));
  EXPECT_NE(rows, predicted(session, options(), voice));
}

// Other models: a look-ahead of odd frames, larger blocks, post-norm layers.
TEST_F(StreamTest, IsSoForModelsOfOtherSizes) {
  const auto voice = tests::speech_like(3.1);
  const auto check = [&](const model::ModelConfig& config) {
    const auto other = tests::model_of(config);
    const predict::Session own(other, 1);
    EXPECT_EQ(whole(Stream(LiveModel::of(other), options()), own, voice),
              predicted(own, options(), voice));
  };
  auto config = tests::live_config();
  config.condition.lookahead = {{1, 0, 0}};
  config.encoder.num_conv_pos_right = 0;
  check(config);
  config.condition.lookahead = {{2}};
  config.encoder.attention_block = 10;
  config.encoder.attention_left = 0;
  config.encoder.num_conv_pos_right = 7;
  check(config);
  config.encoder.attention_block = 3;
  config.encoder.attention_left = 9;
  config.encoder.do_stable_layer_norm = false;
  config.generator.flow.shift = false;
  check(config);
  config = tests::live_config();
  tests::give_turning_encoder(config.encoder);
  check(config);
}

TEST_F(StreamTest, AnySplitGivesTheSameBytes) {
  const auto voice = tests::speech_like(4);
  const auto wanted = whole(Stream(live, options()), session, voice);
  Rng rng(3);
  for (int round = 0; round < 40; ++round) {
    Stream stream(live, options());
    std::vector<float> rows;
    const int64_t most = round % 4 == 0 ? 40 : round % 4 == 1 ? 1300 : 48000;
    for (size_t at = 0; at < voice.size();) {
      const auto n = std::min(voice.size() - at, static_cast<size_t>(rng.integer(1, most)));
      stream.push(std::span(voice).subspan(at, n));
      at += n;
      if (rng.chance(0.5)) stream.run(session, rng.integer(1, 5));
      if (rng.chance(0.5)) pull_all(stream, rows);
    }
    stream.finish();
    stream.run(session);
    pull_all(stream, rows);
    ASSERT_EQ(rows, wanted) << round;
  }
}

TEST_F(StreamTest, OtherRatesAndWholeNumbersInAnySplit) {
  Rng rng(5);
  for (const int rate : {8000, 44100, 48000}) {
    StreamOptions o = options();
    o.rate_hz = rate;
    std::vector<int16_t> voice;
    for (const float x : tests::speech_like(2.0 * rate / 16000)) {
      voice.push_back(static_cast<int16_t>(std::lround(x * 20000)));
    }
    const auto made = [&](int64_t most) {
      Stream stream(live, o);
      std::vector<float> rows;
      for (size_t at = 0; at < voice.size();) {
        const auto n = std::min(voice.size() - at, static_cast<size_t>(rng.integer(1, most)));
        stream.push(std::span<const int16_t>(voice).subspan(at, n));
        at += n;
        stream.run(session);
      }
      stream.finish();
      stream.run(session);
      pull_all(stream, rows);
      return rows;
    };
    const auto rows = made(100000);
    EXPECT_EQ(rows.size(), 50u * motion::kLive) << rate;
    EXPECT_EQ(made(700), rows) << rate;
  }
}

TEST_F(StreamTest, FramesComeAsSoonAsTheirSoundHas) {
  const auto voice = tests::speech_like(2);
  Stream stream(live, options());
  int64_t known = 0;
  for (size_t at = 0; at < voice.size(); at += 80) {
    stream.push(std::span(voice).subspan(at, 80));
    stream.run(session);
    while (stream.pull()) ++known;
    const auto heard = static_cast<int64_t>(at) + 80;
    EXPECT_TRUE(known == 0 || model::heard_until(live->config(), known - 1) <= heard);
    EXPECT_GT(model::heard_until(live->config(), known), heard);
  }
  EXPECT_GT(known, 30);
}

// What is changed while it runs, applied from the log to a stream that hears all at once.
// Streams of their own options, sounds, beginnings and changes: together they are what each is
// alone.
TEST_F(StreamTest, AmongStrangersEachIsWhatItIsAlone) {
  constexpr size_t kStreams = 19, kPieces = 12;
  struct One {
    Stream stream;
    std::vector<float> voice, rows;
    size_t begins, piece;  // at which round; samples of each
  };
  const auto begin = [&] {
    std::vector<One> all;
    for (size_t i = 0; i < kStreams; ++i) {
      StreamOptions o = options();
      o.emotion = default_conditions().only(static_cast<int>(i % 8));
      o.style = static_cast<int>(i);
      o.temperature = i % 3 == 0 ? 0.0f : 0.2f * static_cast<float>(i % 4);
      o.seed = i;
      all.push_back(
          {Stream(live, o), tests::speech_like(0.7 + 0.1 * static_cast<double>(i)), {}, i / 3, 0});
      all.back().piece = all.back().voice.size() / kPieces + 1;
    }
    return all;
  };
  // What happens to a stream at a round of its own.
  const auto feed = [](One& one, size_t round) {
    if (round < one.begins || round > one.begins + kPieces) return;
    const size_t at = (round - one.begins) * one.piece, all = one.voice.size();
    if (at < all) one.stream.push(std::span(one.voice).subspan(at, std::min(one.piece, all - at)));
    if (round == one.begins + 5) one.stream.set_emotion(default_conditions().only(5), 1);
    if (round == one.begins + 6) one.stream.set_temperature(0.5f);
    if (round == one.begins + kPieces) one.stream.finish();
  };
  constexpr size_t kRounds = kStreams / 3 + kPieces + 1;
  auto alone = begin();
  for (One& one : alone) {
    for (size_t round = 0; round < kRounds; ++round) {
      feed(one, round);
      one.stream.run(session);
    }
    pull_all(one.stream, one.rows);
    EXPECT_TRUE(one.stream.done());
  }
  for (const int threads : {1, 2}) {
    const predict::Session own(model, threads);
    auto together = begin();
    std::vector<Stream*> streams;
    for (One& one : together) streams.push_back(&one.stream);
    int64_t steps = 0;
    for (size_t round = 0; round < kRounds; ++round) {
      for (One& one : together) feed(one, round);
      steps += Stream::run_many(own, streams);
    }
    EXPECT_GT(steps, static_cast<int64_t>(kStreams) * 8);
    for (size_t i = 0; i < kStreams; ++i) {
      pull_all(together[i].stream, together[i].rows);
      EXPECT_TRUE(together[i].stream.done());
      EXPECT_EQ(together[i].rows, alone[i].rows) << i << " with " << threads;
    }
  }
}

TEST_F(StreamTest, TheLogOfChangesReplays) {
  const auto voice = tests::speech_like(12);
  Stream stream(live, options());
  std::vector<float> rows;
  Rng rng(8);
  const auto change = [&](int step) {
    std::vector<float> mix(8, 0.0f);
    if (step == 10) return stream.set_emotion(default_conditions().only(1), 1.0f);
    if (step == 20) return stream.set_emotion(default_conditions().only(kNeutral), 0);
    if (step == 45) return stream.set_style(5);
    if (step == 47) return stream.set_temperature(0.9f);
    mix[2] = 0.25f;
    mix[5] = 0.75f;
    if (step == 60) return stream.set_emotion(mix, 0.6f);
    if (step == 62) return stream.set_temperature(0);
    if (step == 70) return stream.set_emotion(default_conditions().only(5), 1.2f);
    if (step == 80) return stream.set_temperature(0.4f, stream.changes().back().frame + 100);
    return int64_t{-1};
  };
  int steps = 0, changed = 0;
  for (size_t at = 0; at < voice.size();) {
    const auto n = std::min(voice.size() - at, static_cast<size_t>(rng.integer(1, 900)));
    stream.push(std::span(voice).subspan(at, n));
    at += n;
    const int64_t made = static_cast<int64_t>(rows.size()) / motion::kLive;
    if (const int64_t frame = change(steps); frame >= 0) {
      EXPECT_GE(frame, made);
      EXPECT_LE(frame, made + 120);
      ++changed;
      ++steps;
    }
    steps += static_cast<int>(stream.run(session));
    pull_all(stream, rows);
  }
  stream.finish();
  stream.run(session);
  pull_all(stream, rows);
  EXPECT_EQ(changed, 8);
  ASSERT_EQ(stream.changes().size(), 8u);

  Stream again(live, options());
  for (const Change& c : stream.changes()) EXPECT_EQ(again.apply(c), c.frame);
  EXPECT_EQ(again.changes(), stream.changes());
  EXPECT_EQ(whole(std::move(again), session, voice), rows);
  EXPECT_NE(whole(Stream(live, options()), session, voice), rows);
}

// No frame moves more at a change of emotion than motion under either does, by much.
TEST_F(StreamTest, AnotherEmotionComesWithoutAJump) {
  const auto voice = tests::speech_like(6);
  const auto most = [](const std::vector<float>& rows) {
    float largest = 0;
    for (size_t i = motion::kLive; i < rows.size(); ++i) {
      largest = std::max(largest, std::abs(rows[i] - rows[i - motion::kLive]));
    }
    return largest;
  };
  StreamOptions o = options();
  o.temperature = 0;
  o.blinks_per_minute = 0;
  const float before = most(whole(Stream(live, o), session, voice));
  Stream changing(live, o);
  changing.set_emotion(default_conditions().only(1), 1, 60);
  o.emotion = default_conditions().only(1);
  o.strength = 1;
  const float after = most(whole(Stream(live, o), session, voice));
  EXPECT_LT(most(whole(std::move(changing), session, voice)), 1.5f * std::max(before, after));
}

TEST_F(StreamTest, ResetIsANewStream) {
  const auto voice = tests::speech_like(1.5);
  Stream stream(live, options());
  stream.push(tests::speech_like(2, 7));
  stream.set_emotion(default_conditions().only(1), 1);
  stream.run(session);
  stream.reset(options().seed);
  EXPECT_TRUE(stream.changes().empty());
  const auto wanted = whole(Stream(live, options()), session, voice);
  EXPECT_EQ(whole(stream, session, voice), wanted);
  stream.reset(77);
  EXPECT_NE(whole(stream, session, voice), wanted);
}

TEST_F(StreamTest, GapsAreSilenceWithoutClicks) {
  const auto voice = tests::speech_like(2);
  Stream gapped(live, options());
  std::vector<float> rows;
  gapped.push(std::span(voice).first(8000));
  gapped.skip(4000);
  gapped.push(std::span(voice).subspan(8000, 8000));
  gapped.finish();
  gapped.run(session);
  pull_all(gapped, rows);
  auto silenced = voice;
  silenced.assign(voice.begin(), voice.begin() + 8000);
  for (int i = 0; i < 4000; ++i) {
    silenced.push_back(i < 80 ? voice[7999] * static_cast<float>(79 - i) / 80.0f : 0.0f);
  }
  for (int i = 0; i < 8000; ++i) {
    const float x = voice[static_cast<size_t>(8000 + i)];
    silenced.push_back(i < 80 ? x * (static_cast<float>(i) / 80.0f) : x);
  }
  EXPECT_EQ(rows, whole(Stream(live, options()), session, silenced));
}

// Ten minutes leave no more behind than ten seconds do.
TEST_F(StreamTest, MemoryStaysFlat) {
  const auto voice = tests::speech_like(10);
  Stream stream(live, options());
  std::vector<float> rows;
  const auto hear = [&](int seconds) {
    for (int64_t at = 0; at < int64_t{seconds} * flame::kAudioHz; at += 1600) {
      stream.push(std::span(voice).subspan(static_cast<size_t>(at) % voice.size(), 1600));
      stream.run(session);
      while (stream.pull()) continue;
    }
    return mallinfo2().uordblks;
  };
  const size_t before = hear(10);
  const size_t after = hear(600);
  EXPECT_LT(after, before + 20000);
}

TEST_F(StreamTest, SilenceOffsetsAndClippingStayFinite) {
  for (const float level : {0.0f, 1.0f, -0.3f}) {
    const std::vector<float> sound(48000, level);
    EXPECT_EQ(whole(Stream(live, options()), session, sound).size(), 75u * motion::kLive);
  }
  auto square = tests::speech_like(3);
  for (float& x : square) x = x < 0 ? -1.0f : 1.0f;
  EXPECT_EQ(whole(Stream(live, options()), session, square).size(), 75u * motion::kLive);
}

TEST_F(StreamTest, RegionsOfAFaceThatIsNotKnownAreRefused) {
  auto config = tests::live_config();
  config.axes = motion::Axes::kFlame;
  StreamOptions o = options();
  o.blinks_per_minute = {};
  o.region_temperature = {0, 0.4f, 0.8f, 0.4f};
  const auto other = LiveModel::of(tests::model_of(config));
  EXPECT_THAT(tests::refusal([&] { Stream(other, o); }), HasSubstr("of regions of the face FLAME"));
}

TEST_F(StreamTest, WhatItCannotTakeIsRefused) {
  Stream stream(live, options());
  const auto voice = tests::speech_like(1);
  stream.push(voice);
  auto bad = voice;
  bad[17] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(tests::refusal([&] { stream.push(bad); }), HasSubstr("sample 17 is not finite"));
  stream.run(session);
  EXPECT_THAT(tests::refusal([&] { stream.set_emotion(default_conditions().only(1), 2); }),
              HasSubstr("strength: expected between 0 and 1.25"));
  EXPECT_THAT(tests::refusal([&] { stream.set_emotion(default_conditions().only(1), 1, 3); }),
              HasSubstr("or later"));
  EXPECT_THAT(tests::refusal([&] { stream.set_style(1000); }), HasSubstr("style: expected"));
  EXPECT_THAT(tests::refusal([&] { stream.set_temperature(-1); }), HasSubstr("temperature"));
  StreamOptions hot = options();
  hot.region_temperature = {0, 0.4f, 7, 0.4f};
  EXPECT_THAT(tests::refusal([&] { Stream(live, hot); }), HasSubstr("temperature"));
  EXPECT_TRUE(stream.changes().empty());
  stream.finish();
  EXPECT_THAT(tests::refusal([&] { stream.push(voice); }), HasSubstr("is finished"));
  stream.run(session);
  std::vector<float> rows;
  pull_all(stream, rows);
  EXPECT_EQ(rows, whole(Stream(live, options()), session, voice));  // nothing of it was taken

  StreamOptions slow = options();
  slow.rate_hz = 4000;
  EXPECT_THAT(tests::refusal([&] { Stream(live, slow); }), HasSubstr("between 8000 and 192000"));
  auto clip = tests::live_config();
  clip.encoder.attention_block = clip.encoder.attention_left = 0;
  EXPECT_THAT(tests::refusal([&] { LiveModel::of(tests::model_of(clip)); }),
              HasSubstr("tiny: cannot hear live, its encoder attends to the whole clip"));
}

}  // namespace
}  // namespace flowtalk::stream
