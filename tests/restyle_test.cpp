// Restyling with the shipped model: another emotion at every level, and another speaking style, of
// performances that the corpus' own rules make. The judge of emotions knows nothing of the flow.
#include "flowtalk/analyse/restyle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/evaluate/restyling.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/default_checkpoint.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/synth/motion.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk {
namespace {

using condition::Asked;
using motion::Motion;
using tensor::Tensor;

constexpr uint64_t kCorpusSeed = 1;  // of `flowtalk data synth`: the same 32 speakers

Asked condition_of(int emotion, int level, int style) {
  Asked c;
  c.emotion = default_conditions().only(emotion);
  c.strength = emotion == kNeutral ? 0 : default_conditions().strength_of(level);
  c.style = style;
  return c;
}

struct Clip {
  int emotion = 0;
  Asked condition;  // at high intensity
  predict::SpeechFeatures speech;
  Motion motion;
  std::optional<evaluate::RestyledRecording> recording;
};

// Mean and least of what was added.
struct Range {
  double sum = 0, least = INFINITY;
  int count = 0;
  void add(double x) {
    sum += x;
    least = std::min(least, x);
    ++count;
  }
  double mean() const { return sum / count; }
};

void record(const std::string& name, double value) {
  ::testing::Test::RecordProperty(name, fmt::format("{:.3f}", value));
}

struct RestyleTest : ::testing::Test {
  static void SetUpTestSuite() {
    session = new predict::Session(predict::Session::open(FLOWTALK_DEFAULT_CHECKPOINT, 2));
    judge = new evaluate::EmotionClassifier(
        evaluate::EmotionClassifier::load(predict::shipped_model("classifier")));
    const char* sentences[] = {"We all knew it would rain, but nobody brought a coat along.",
                               "Papa walked home, and Bob made up a map of Paris.",
                               "The old museum opens at nine, even on a public holiday.",
                               "Please move both of these boxes before my mother comes back.",
                               "Her favourite poem is about a bird that never wanted to fly.",
                               "I never thought that such a small lamp could be so bright."};
    const char* voices[] = {"slt", "rms", "awb"};
    clips = new std::vector<Clip>;
    for (int i = 0; i < 6; ++i) {
      const int style = 5 * i + 1, emotion = i + 1;
      synth::VoiceRecipe recipe;
      recipe.engine = synth::Engine::kFlite;
      recipe.voice = voices[i % 3];
      const auto spoken = synth::speak(sentences[i], recipe);
      Clip clip;
      clip.emotion = emotion;
      clip.condition = condition_of(emotion, 2, style);
      clip.speech = session->encode(spoken.audio);
      clip.motion =
          synth::make_motion(spoken.audio, spoken.phones, synth::draw_style(kCorpusSeed, style),
                             {emotion, 1}, Rng(static_cast<uint64_t>(i)));
      clip.recording.emplace(*judge, face::builtin_face(), clip.motion);
      clips->push_back(std::move(clip));
    }
  }
  static void TearDownTestSuite() {
    delete clips;
    delete judge;
    delete session;
  }
  static predict::Session* session;
  static evaluate::EmotionClassifier* judge;
  static std::vector<Clip>* clips;
};
predict::Session* RestyleTest::session = nullptr;
evaluate::EmotionClassifier* RestyleTest::judge = nullptr;
std::vector<Clip>* RestyleTest::clips = nullptr;

TEST_F(RestyleTest, AnotherEmotionAtEveryLevelKeepsTheLips) {
  double weaker = 0;
  for (int level = 0; level < 3; ++level) {
    Range lip, before, after;
    double strength = 0;
    for (const Clip& clip : *clips) {
      for (int emotion = 1; emotion < 8; ++emotion) {
        if (emotion == clip.emotion) continue;
        const Motion made = analyse::restyle(*session, clip.speech, clip.motion, clip.condition,
                                             condition_of(emotion, level, clip.condition.style));
        const auto pair = clip.recording->compare(made, clip.emotion, emotion);
        lip.add(pair.lips);
        before.add(pair.before);
        after.add(pair.after);
        strength += double{judge->judge(made).strength};
      }
    }
    strength /= lip.count;
    const std::string& name = default_conditions().levels[static_cast<size_t>(level)];
    record(name + "_pairs", lip.count);
    record(name + "_lips_mean", lip.mean());
    record(name + "_lips_least", lip.least);
    record(name + "_probability_before", before.mean());
    record(name + "_probability_mean", after.mean());
    record(name + "_probability_least", after.least);
    record(name + "_strength", strength);
    EXPECT_GE(lip.least, evaluate::kSameLips) << name;
    EXPECT_GT(after.mean(), before.mean() + 0.5) << name;
    EXPECT_GT(strength, weaker) << name;
    weaker = strength;
  }
}

// Blinks of the recording stay where they were, also at a change of emotion.
TEST_F(RestyleTest, EveryBlinkOfTheRecordingStays) {
  int64_t recorded = 0;
  for (const Clip& clip : *clips) {
    const int64_t blinks = face::count_blinks(clip.motion);
    recorded += blinks;
    const int other = clip.emotion == 1 ? 2 : 1;
    Asked changing = condition_of(other, 2, clip.condition.style);
    const int64_t frames = clip.speech.values.dim(1);
    changing.curve = condition::EmotionCurve::constant(changing.emotion, 1, frames);
    std::fill_n(changing.curve->strength.begin(), frames / 2, 0.0f);
    for (const Asked& to : {clip.condition, condition_of(other, 2, 3), changing}) {
      for (const float keep : {1.0f, 0.0f}) {
        const Motion made =
            analyse::restyle(*session, clip.speech, clip.motion, clip.condition, to, keep);
        const Tensor lids = live_of(made), wanted = live_of(clip.motion);
        EXPECT_EQ(face::count_blinks(made), blinks);
        for (int64_t t = 0; t < made.frames(); ++t) {
          const int64_t lid = t * motion::kLive;
          // Where the eye is shut; on the way there wide eyes take more of a lid.
          if (wanted[lid] > 0.9f) {
            EXPECT_GE(lids[lid], wanted[lid] - 0.05f) << t;
          }
        }
      }
    }
  }
  EXPECT_GT(recorded, 2);
}

TEST_F(RestyleTest, AnotherStyleKeepsLipsAndEmotion) {
  Range lip, emotion, gain;
  for (const Clip& clip : *clips) {
    for (const int step : {7, 13, 22}) {
      Asked other = clip.condition;
      other.style = (clip.condition.style + step) % 32;
      const Motion made =
          analyse::restyle(*session, clip.speech, clip.motion, clip.condition, other);
      const auto pair = clip.recording->compare(made, clip.emotion, clip.emotion);
      lip.add(pair.lips);
      emotion.add(pair.after);
      const auto bits = [&](const Motion& motion) {
        return analyse::likelihood(*session, clip.speech, motion, other).bits_per_dim();
      };
      gain.add(bits(clip.motion) - bits(made));
    }
  }
  record("style_pairs", lip.count);
  record("style_lips_mean", lip.mean());
  record("style_lips_least", lip.least);
  record("style_probability_mean", emotion.mean());
  record("style_probability_least", emotion.least);
  record("style_bits_gained_mean", gain.mean());
  record("style_bits_gained_least", gain.least);
  EXPECT_GE(lip.least, evaluate::kSameLips);
  EXPECT_GT(emotion.mean(), 0.5);
  EXPECT_GT(gain.mean(), 0);  // under the new style it is more likely than the recording was
}

}  // namespace
}  // namespace flowtalk
