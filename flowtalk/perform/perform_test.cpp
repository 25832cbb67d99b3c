#include "flowtalk/perform/perform.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/perform/test_voice.h"

namespace flowtalk::perform {
namespace {

using tests::test_voice;
using Curve = std::vector<double>;

constexpr double kDegrees = 180 / std::numbers::pi;
const Amounts kUsual{1, 1, 1, 19};

// A predicted motion: every value differs from the others.
motion::Motion predicted(int64_t frames, motion::Axes axes = motion::Axes::kBuiltin) {
  tensor::Tensor live({frames, motion::kLive});
  for (int64_t i = 0; i < live.size(); ++i) {
    live[i] = 0.2f + 0.1f * static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
  }
  return motion::of_live(live, axes);
}

motion::Motion perform_voice(int64_t frames, const Address& address = {}, const Temper& temper = {},
                             const Amounts& amounts = kUsual) {
  return performed(predicted(frames), test_voice(frames).sounds, {&temper, 1}, amounts, address);
}

bool same(const motion::Motion& a, const motion::Motion& b, int64_t frames) {
  bool equal = true;
  for (const auto track : {&motion::Motion::expression, &motion::Motion::root,
                           &motion::Motion::neck, &motion::Motion::translation}) {
    for (int64_t t = 0; t < frames; ++t) {
      equal = equal && std::ranges::equal((a.*track).at(t), (b.*track).at(t));
    }
  }
  return equal;
}

face::Matrix3 matrix(std::span<const float> v) { return face::rotation({v[0], v[1], v[2]}); }

face::Matrix3 head_of(const motion::Motion& m, int64_t t) {
  return product(matrix(m.root.at(t)), matrix(m.neck.at(t)));
}

// Degrees between two rotations.
double apart(const face::Matrix3& a, const face::Matrix3& b) {
  const face::Matrix3 r = product(transposed(a), b);
  return kDegrees * std::acos(std::clamp((r[0] + r[4] + r[8] - 1) / 2, -1.0, 1.0));
}

double pitch_of(const motion::Motion& m, int64_t t) {
  return kDegrees * std::asin(std::clamp(-head_of(m, t)[5], -1.0, 1.0));
}

TEST(Performer, TheSameAddressIsTheSamePerformanceAndOthersDiffer) {
  const auto one = perform_voice(250, {7, 2, "happy high"});
  EXPECT_TRUE(same(one, perform_voice(250, {7, 2, "happy high"}), 250));
  EXPECT_FALSE(same(one, perform_voice(250, {8, 2, "happy high"}), 250)) << "seed";
  EXPECT_FALSE(same(one, perform_voice(250, {7, 3, "happy high"}), 250)) << "take";
  EXPECT_FALSE(same(one, perform_voice(250, {7, 2, "happy low"}), 250)) << "level";
  const Temper temper;
  const auto other = performed(predicted(250), test_voice(250, 5).sounds, {&temper, 1}, kUsual,
                               {7, 2, "happy high"});
  EXPECT_FALSE(same(one, other, 250)) << "voice";
}

TEST(Performer, FacesSideBySideBlinkEachByItself) {
  std::set<std::vector<bool>> patterns;
  for (const char* who : {"neutral low", "happy low", "happy high", "sad low"}) {
    const auto m = perform_voice(750, {0, 0, who});
    std::vector<bool> shut;
    for (int64_t t = 0; t < 750; ++t) {
      shut.push_back(m.expression.at(t)[face::axis("eyeBlinkLeft")] > 0.6f);
    }
    patterns.insert(shut);
  }
  EXPECT_EQ(patterns.size(), 4u);
}

TEST(Performer, FirstFramesDoNotDependOnHowManyFollow) {
  const auto whole = perform_voice(500);
  const auto sounds = test_voice(500).sounds;
  const Temper temper;
  for (const int64_t frames : {40, 101, 260}) {
    const std::vector<Sound> first(sounds.begin(), sounds.begin() + frames);
    const auto cut = performed(predicted(frames), first, {&temper, 1}, kUsual, {});
    EXPECT_TRUE(same(whole, cut, frames - kLookAhead)) << frames;
  }
}

TEST(Performer, MouthJawAndBrowsStayByteForByte) {
  const auto before = predicted(300);
  const auto after = perform_voice(300);
  const auto moved = [](std::string_view name) {
    return name.starts_with("eyeLook") || name.starts_with("eyeBlink") ||
           name.starts_with("eyeSquint") || name.starts_with("eyeWide");
  };
  for (int64_t t = 0; t < 300; ++t) {
    EXPECT_TRUE(std::ranges::equal(before.jaw.at(t), after.jaw.at(t)));
    for (size_t k = 0; k < face::kExpressionAxes.size(); ++k) {
      if (moved(face::kExpressionAxes[k])) continue;
      EXPECT_EQ(before.expression.at(t)[k], after.expression.at(t)[k]) << t << " " << k;
    }
  }
  EXPECT_TRUE(after.eyes.empty()) << "the eyeballs would be turned twice";
}

TEST(Performer, WhatIsZeroStaysAsItWas) {
  const auto before = predicted(200);
  const auto gaze = perform_voice(200, {}, {}, {0, 1, 0, 0});
  EXPECT_TRUE(gaze.root.empty() && gaze.neck.empty() && gaze.translation.empty());
  const auto head = perform_voice(200, {}, {}, {1, 0, 1, 0});
  for (int64_t t = 0; t < 200; ++t) {
    EXPECT_TRUE(std::ranges::equal(before.expression.at(t), head.expression.at(t)));
  }
}

TEST(Performer, OnFlamesAxesTheEyesJointsTurnAndNothingBlinks) {
  const auto before = predicted(300, motion::Axes::kFlame);
  const Temper temper;
  const auto after = performed(before, test_voice(300).sounds, {&temper, 1}, kUsual, {});
  double least = 1, most = -1;
  for (int64_t t = 0; t < 300; ++t) {
    EXPECT_TRUE(std::ranges::equal(before.expression.at(t), after.expression.at(t)));
    const face::Gaze gaze = face::gaze_of_joints(after.eyes.at(t));
    least = std::min(least, double{gaze.left_eye.left});
    most = std::max(most, double{gaze.left_eye.left});
  }
  EXPECT_GT(most - least, 0.05);
  EXPECT_EQ(after.neck.rows(), 300);
}

TEST(Performer, TheHeadComesToRestInALongSilence) {
  std::vector<Sound> sounds = test_voice(1000).sounds;
  sounds.resize(2000);  // 40 s of silence
  const Temper temper;
  const auto m = performed(predicted(2000), sounds, {&temper, 1}, kUsual, {});
  const auto speed = [&](int64_t begin, int64_t end) {
    double sum = 0;
    for (int64_t t = begin; t < end; ++t) {
      sum += std::pow(apart(head_of(m, t - 1), head_of(m, t)) * flame::kFps, 2);
    }
    return std::sqrt(sum / static_cast<double>(end - begin));
  };
  EXPECT_LT(speed(1100, 2000), 0.4 * speed(20, 1000));
  EXPECT_GT(speed(1100, 2000), 0.1) << "but it lives";
}

TEST(Performer, NodsComeWithStresses) {
  const int64_t frames = 6000;
  const auto voice = test_voice(frames);
  const Temper temper;
  const auto m = performed(predicted(frames), voice.sounds, {&temper, 1}, {1, 0, 0, 0}, {});
  // How far the head is down at its stresses, against 0.2 s before.
  const auto drop = [&](int64_t by) {
    double sum = 0;
    int64_t count = 0;
    for (const int64_t stress : voice.stresses) {
      const int64_t t = stress + by;
      if (t < 8 || t >= frames) continue;
      sum += pitch_of(m, t) - pitch_of(m, t - 5);
      ++count;
    }
    return sum / static_cast<double>(count);
  };
  double most = 0;
  int64_t best = -100;
  for (int64_t by = -12; by <= 12; ++by) {
    if (drop(by) > most) most = drop(by), best = by;
  }
  EXPECT_GT(most, 0.5) << "degrees";
  EXPECT_GE(best, 0);
  EXPECT_LE(best, 3) << "frames";
}

// Where the left eye of the built-in head looks in the world, from its own joints.
std::array<double, 2> looks_at(const motion::Motion& m, int64_t t) {
  static const face::Deformer deformer(face::builtin_face());
  const face::FaceFrame frame = face::frame_of(m, t);
  face::Vector3 eye{};
  for (size_t i = 0; i < 3; ++i) {
    eye[i] = double{deformer.joints(frame)[flame::kLeftEye][i]} + double{frame.translation[i]};
  }
  const face::EyeTurn turn = face::gaze_of(m, t).left_eye;
  const double x = std::sin(turn.left) * std::cos(turn.up), y = std::sin(turn.up),
               z = std::cos(turn.left) * std::cos(turn.up);
  const face::Matrix3 r = head_of(m, t);
  const face::Vector3 ray{r[0] * x + r[1] * y + r[2] * z, r[3] * x + r[4] * y + r[5] * z,
                          r[6] * x + r[7] * y + r[8] * z};
  const double far = (kViewer_m - eye[2]) / ray[2];  // on the plane of the viewer
  return {kDegrees * std::atan2(eye[0] + far * ray[0], kViewer_m),
          kDegrees * std::atan2(eye[1] + far * ray[1], kViewer_m)};
}

TEST(Performer, TheGazeHoldsItsTargetWhileTheHeadTurns) {
  const auto m = perform_voice(1000);
  Curve drift, turn;
  for (int64_t t = 1; t < 1000; ++t) {
    const auto before = looks_at(m, t - 1), now = looks_at(m, t);
    const double moved = std::hypot(now[0] - before[0], now[1] - before[1]);
    if (moved > 0.6) continue;  // a saccade
    drift.push_back(moved);
    turn.push_back(apart(head_of(m, t - 1), head_of(m, t)));
  }
  EXPECT_GT(drift.size(), 850u);
  std::ranges::sort(drift);
  std::ranges::sort(turn);
  const size_t p95 = drift.size() * 95 / 100;
  EXPECT_GT(turn[p95], 0.4) << "the head turns, degrees per frame";
  EXPECT_LT(drift[p95], 0.1) << "the gaze does not";
}

TEST(Performer, TheEyesConvergeOnTheViewer) {
  const auto m = perform_voice(500);
  double sum = 0;
  for (int64_t t = 0; t < 500; ++t) {
    const face::Gaze gaze = face::gaze_of(m, t);
    sum += kDegrees * double{gaze.right_eye.left - gaze.left_eye.left} / 500;
  }
  EXPECT_NEAR(sum, kDegrees * 2 * 0.0315 / kViewer_m, 0.3);
}

TEST(Saccades, FollowTheMainSequence) {
  EXPECT_NEAR(saccade_s(10), 0.043, 1e-3);
  EXPECT_NEAR(saccade_s(20), 0.065, 1e-3);
  const auto m = perform_voice(3000, {}, {}, {0, 1, 0, 0});
  int64_t jumps = 0, slow = 0;  // no gaze lingers on its way
  for (int64_t t = 3; t < 3000; ++t) {
    const auto at = [&](int64_t frame) { return face::gaze_of(m, frame).left_eye; };
    const auto moved = [&](int64_t frame) {
      return std::hypot(at(frame).left - at(frame - 1).left, at(frame).up - at(frame - 1).up) >
             1e-4f;
    };
    jumps += moved(t) && !moved(t - 1);
    slow += moved(t) && moved(t - 1) && moved(t - 2) && moved(t - 3);
  }
  EXPECT_GT(jumps, 60);
  EXPECT_EQ(slow, 0) << "longer than three frames";
}

// Begin and width of every blink, frames.
std::vector<std::array<double, 2>> blinks_in(const motion::Motion& m) {
  std::vector<std::array<double, 2>> blinks;
  const auto lid = [&](int64_t t) {
    return double{m.expression.at(t)[face::axis("eyeBlinkLeft")]};
  };
  for (int64_t t = 1; t < m.frames(); ++t) {
    if (lid(t) < 0.5 || lid(t - 1) >= 0.5) continue;
    const double begin = static_cast<double>(t) - (lid(t) - 0.5) / (lid(t) - lid(t - 1));
    int64_t last = t;
    while (last + 1 < m.frames() && lid(last + 1) >= 0.5) ++last;
    if (last + 1 == m.frames()) break;
    const double end = static_cast<double>(last) + (lid(last) - 0.5) / (lid(last) - lid(last + 1));
    blinks.push_back({begin, end - begin});
    t = last;
  }
  return blinks;
}

TEST(Blinks, AreAsManyAsAskedForAndAsShortAsPeoples) {
  for (const double rate : {0.0, 8.0, 19.0, 45.0, 60.0}) {
    const auto m = perform_voice(7500, {3, 0, ""}, {}, {1, 1, 1, rate});
    const auto blinks = blinks_in(m);
    EXPECT_NEAR(static_cast<double>(blinks.size()), 5 * rate, 3 + 0.02 * rate) << rate;
    EXPECT_EQ(face::count_blinks(m), static_cast<int64_t>(blinks.size()));
    Curve widths;
    for (const auto& blink : blinks) widths.push_back(blink[1] * 1000 / flame::kFps);
    if (widths.empty()) continue;
    std::ranges::sort(widths);
    EXPECT_GE(widths.front(), 80) << rate;
    EXPECT_LE(widths[widths.size() / 2], 140);
    EXPECT_LE(widths.back(), 170);
  }
}

TEST(Blinks, FallOnPausesMoreOftenThanBetween) {
  const auto voice = test_voice(7500);
  const Temper temper;
  const auto m = performed(predicted(7500), voice.sounds, {&temper, 1}, kUsual, {});
  const auto moments = moments_of(voice.sounds, 7500);
  int64_t at_pauses = 0, near_pauses = 0, blinks = 0;
  for (const auto& blink : blinks_in(m)) {
    const auto t = static_cast<size_t>(blink[0]);
    ++blinks;
    for (size_t i = t > 6 ? t - 6 : 0; i <= t + 2; ++i) at_pauses += moments[i].pauses;
  }
  for (const Moment& moment : moments) near_pauses += moment.pauses ? 9 : 0;
  const double by_chance = static_cast<double>(blinks * near_pauses) / 7500;
  EXPECT_GT(static_cast<double>(at_pauses), 1.5 * by_chance);
}

TEST(Performer, NothingJumps) {
  const auto& conditions = default_conditions();
  for (size_t e = 0; e < conditions.emotions.size(); ++e) {
    const Temper temper =
        temper_of(conditions.emotions, conditions.only(static_cast<int>(e)), 1.25f);
    const auto m = perform_voice(2500, {e, 0, ""}, temper);
    double fastest = 0, hardest = 0;
    for (int64_t t = 2; t < 2500; ++t) {
      const double before = apart(head_of(m, t - 2), head_of(m, t - 1)) * flame::kFps;
      const double now = apart(head_of(m, t - 1), head_of(m, t)) * flame::kFps;
      fastest = std::max(fastest, now);
      hardest = std::max(hardest, std::abs(now - before) * flame::kFps);
      for (size_t i = 0; i < 3; ++i) {
        EXPECT_LT(std::abs(m.translation.at(t)[i] - m.translation.at(t - 1)[i]), 1e-3);
      }
    }
    EXPECT_LT(fastest, 70) << conditions.emotions[e] << ", degrees per second";
    EXPECT_LT(hardest, 1000) << conditions.emotions[e] << ", degrees per second squared";
  }
}

TEST(Performer, FiveMinutesDoNotRepeatEvenIfTheVoiceDoes) {
  const auto phrase = test_voice(250).sounds;  // again and again
  std::vector<Sound> sounds;
  for (int i = 0; i < 30; ++i) sounds.insert(sounds.end(), phrase.begin(), phrase.end());
  const Temper temper;
  const auto m = performed(predicted(7500), sounds, {&temper, 1}, kUsual, {});
  Curve pitch;
  for (int64_t t = 0; t < 7500; ++t) pitch.push_back(pitch_of(m, t));
  double nearest = 100;  // of any two stretches of 4 s, in step with the voice
  for (size_t a = 0; a + 100 <= pitch.size(); a += 50) {
    for (size_t b = a + 250; b + 100 <= pitch.size(); b += 50) {
      double sum = 0;
      for (size_t i = 0; i < 100; ++i) sum += std::pow(pitch[a + i] - pitch[b + i], 2);
      nearest = std::min(nearest, std::sqrt(sum / 100));
    }
  }
  EXPECT_GT(nearest, 0.3) << "degrees";
}

TEST(Temper, CarriesTheHeadAndTheEyes) {
  const std::vector<std::string> names{"neutral", "happy", "sad", "angry", "weird"};
  const auto of = [&](size_t i, float strength) {
    std::vector<float> weights(names.size(), 0.0f);
    weights[i] = 1;
    return temper_of(names, weights, strength);
  };
  EXPECT_EQ(of(2, 0).down_deg, 0);
  EXPECT_GT(of(2, 1).down_deg, of(2, 0.5f).down_deg);
  EXPECT_GT(of(2, 1).gaze_down_deg, 3);
  EXPECT_LT(of(2, 1).pace, 1);
  EXPECT_LT(of(1, 1).down_deg, 0);
  EXPECT_GT(of(1, 1).nods, 1);
  EXPECT_LT(of(3, 1).away, 0.5);
  EXPECT_GT(of(3, 1).forward_mm, 0);
  for (const Temper& none : {of(0, 1), of(4, 1), temper_of(names, {}, 1)}) {
    EXPECT_EQ(none.down_deg, 0);
    EXPECT_EQ(none.nods, 1);
  }
}

TEST(Temper, IsSeenInThePerformance) {
  const std::vector<std::string> names{"neutral", "sad", "angry"};
  const auto mean = [&](std::vector<float> weights) {
    const auto m = perform_voice(2500, {}, temper_of(names, weights, 1));
    std::array<double, 2> sum{};
    for (int64_t t = 0; t < 2500; ++t) {
      sum[0] += pitch_of(m, t) / 2500;
      sum[1] += looks_at(m, t)[1] / 2500;
    }
    return sum;
  };
  const auto neutral = mean({1, 0, 0}), sad = mean({0, 1, 0});
  EXPECT_GT(sad[0], neutral[0] + 3) << "the head hangs";
  EXPECT_LT(sad[1], neutral[1] - 4) << "the eyes look down";
}

}  // namespace
}  // namespace flowtalk::perform
