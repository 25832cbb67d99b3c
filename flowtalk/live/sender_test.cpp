#include "flowtalk/live/sender.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "flowtalk/live/test_receiver.h"
#include "tests/refusal.h"

namespace flowtalk::live {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// jawOpen of iFacialMocap's text, of 100.
int jaw_of(const std::string& packet) {
  return std::stoi(packet.substr(packet.find("jawOpen-") + 8));
}

FaceAt frames(int64_t count) {
  return [count](int64_t n, Clock::time_point) -> std::optional<arkit::Scored> {
    if (n >= count) return std::nullopt;
    arkit::Scored pose;
    pose.scores[arkit::shape("jawOpen")] = 0.01f * static_cast<float>(n + 1);
    return pose;
  };
}

Sending at_100_hz() {
  Sending sending;
  sending.rate = {100, 1};
  return sending;
}

TEST(Sender, SendsEveryFrameInTimeAndAFaceAtRestAtTheEnd) {
  Receiver receiver;
  Sender sender({target_of(receiver.target("ifacialmocap"), "to")}, at_100_hz(), {});
  const auto start = Clock::now() + 20ms;
  const Sent sent = sender.run(start, [face = frames(30)](int64_t n, Clock::time_point when) {
    EXPECT_GE(Clock::now(), when) << "before its time";
    return face(n, when);
  });
  const auto packets = receiver.all(100ms);
  ASSERT_EQ(static_cast<int64_t>(packets.size()), 30 - sent.left_out + kRestingFrames);
  EXPECT_EQ(sent.frames, 30 - sent.left_out + kRestingFrames);
  EXPECT_EQ(sent.packets, sent.frames);
  EXPECT_EQ(sent.refused, 0);
  int before = 0;
  for (size_t i = 0; i + kRestingFrames < packets.size(); ++i) {
    EXPECT_GT(jaw_of(packets[i].bytes), before);
    before = jaw_of(packets[i].bytes);
  }
  for (size_t i = packets.size() - kRestingFrames; i < packets.size(); ++i) {
    EXPECT_EQ(jaw_of(packets[i].bytes), 0);
  }
  EXPECT_EQ(sent.behind_ms.count(), sent.frames - kRestingFrames);
}

TEST(Sender, ReachesAllTargets) {
  Receiver one, two;
  Sender sender({target_of(one.target("livelink"), "to"), target_of(two.target("vmc"), "to")},
                at_100_hz(), {});
  const Sent sent = sender.run(Clock::now(), frames(5));
  EXPECT_EQ(static_cast<int64_t>(one.all(100ms).size()), sent.frames);
  EXPECT_EQ(static_cast<int64_t>(two.all(100ms).size()), 3 * sent.frames);
}

TEST(Sender, GoesOnWhereNobodyListensAndSaysSoOnce) {
  int port = 0;
  {
    Receiver gone;
    port = gone.port();
  }
  std::vector<std::string> warnings;
  Reporter reporter;
  reporter.warn = [&](const std::string& text) { warnings.push_back(text); };
  Sender sender({target_of("livelink://127.0.0.1:" + std::to_string(port), "to")}, at_100_hz(),
                reporter);
  const Sent sent = sender.run(Clock::now(), frames(20));
  EXPECT_EQ(sent.frames + sent.left_out, 20 + kRestingFrames);
  EXPECT_GT(sent.refused, 0);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("nothing is taken there now"));
}

TEST(Sender, StopsFromAnotherThreadWithAFaceAtRest) {
  Receiver receiver;
  Sender sender({target_of(receiver.target("ifacialmocap"), "to")}, at_100_hz(), {});
  std::thread other([&] {
    std::this_thread::sleep_for(80ms);
    sender.stop();
  });
  sender.run(Clock::now(), frames(100000));
  other.join();
  const auto packets = receiver.all(100ms);
  ASSERT_GT(packets.size(), static_cast<size_t>(kRestingFrames));
  EXPECT_EQ(jaw_of(packets.back().bytes), 0);
}

TEST(Sender, LeavesOutWhatIsOverAndKeepsTheClock) {
  Receiver receiver;
  Sender sender({target_of(receiver.target("ifacialmocap"), "to")}, at_100_hz(), {});
  std::vector<int64_t> asked;
  const Sent sent = sender.run(Clock::now(), [&](int64_t n, Clock::time_point when) {
    asked.push_back(n);
    if (n == 3) std::this_thread::sleep_until(when + 105ms);
    return frames(30)(n, when);
  });
  EXPECT_GE(sent.left_out, 9);
  const auto after = std::ranges::find(asked, 3) + 1;
  ASSERT_NE(after, asked.end());
  EXPECT_GE(*after, 13);
}

TEST(Sender, RefusesMachinesThatAreNotKnown) {
  const auto refused = tests::refusal(
      [] { Sender({target_of("vmc://no-such-machine.invalid", "to")}, {}, Reporter()); });
  EXPECT_THAT(refused, HasSubstr("vmc://no-such-machine.invalid:39539: the machine is not known"));
}

TEST(Sender, KnowsTheTimeOfDay) {
  const double now = seconds_of_day(Clock::now());
  EXPECT_GE(now, 0);
  EXPECT_LT(now, 86400);
  const double later = std::fmod(seconds_of_day(Clock::now() + 10s) - now + 86400, 86400);
  EXPECT_NEAR(later, 10, 0.5);
}

}  // namespace
}  // namespace flowtalk::live
