// A live face that other programs direct by OSC.
#include "flowtalk/pipeline/live_control.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "flowtalk/live/osc.h"
#include "tests/live_model.h"
#include "tests/refusal.h"

namespace flowtalk::pipeline {
namespace {

using namespace std::chrono_literals;
using live::OscValue;
using stream::Change;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct LiveControlTest : ::testing::Test {
  LiveControlTest() {
    reporter.warn = [this](const std::string& text) { warnings.push_back(text); };
    // A port that nobody else has.
    for (place.port = 42000 + getpid() % 10000; !control; ++place.port) {
      try {
        control.emplace(place, conditions, stream::StreamOptions(), 0.6f, reporter);
        break;
      } catch (const Error&) {
        continue;
      }
    }
    live::Target target;
    target.protocol = &live::protocol_of("vmc", "");
    target.place = place;
    sender.emplace(target);
  }
  void send(const std::string& address, const std::vector<OscValue>& values) {
    EXPECT_EQ(sender->send(live::osc_message(address, values)), "");
  }
  // By the loopback a packet is there when it has been sent.
  void apply() { control->apply(stream, now += LiveControl::kSpacing); }

  std::shared_ptr<const predict::Model> model = tests::model_of(tests::live_config());
  const Conditions& conditions = model->config().conditions;
  stream::Stream stream{stream::LiveModel::of(model), {}};
  std::vector<std::string> warnings;
  Reporter reporter;
  live::Place place;
  std::optional<LiveControl> control;
  std::optional<live::UdpSocket> sender;
  std::chrono::steady_clock::time_point now{1h};
};

OscValue text(std::string_view value) { return value; }

TEST_F(LiveControlTest, MessagesChangeTheStream) {
  send("/flowtalk/emotion", {text("happy"), 0.8f});
  send("/flowtalk/style", {text("average")});
  send("/flowtalk/temperature", {0.0f});
  apply();
  ASSERT_EQ(stream.changes().size(), 3u);
  EXPECT_EQ(stream.changes()[0].kind, Change::Kind::kEmotion);
  EXPECT_EQ(stream.changes()[0].emotion, conditions.only(1));
  EXPECT_FLOAT_EQ(stream.changes()[0].value, 0.8f);
  EXPECT_EQ(stream.changes()[1].style, kAverageStyle);
  EXPECT_EQ(stream.changes()[2].value, 0);
  // The strength alone, then another emotion, which keeps it, then none.
  send("/flowtalk/strength", {int32_t{1}});
  apply();
  EXPECT_EQ(stream.changes().back().emotion, conditions.only(1));
  EXPECT_EQ(stream.changes().back().value, 1);
  send("/flowtalk/emotion", {text("sad")});
  apply();
  EXPECT_EQ(stream.changes().back().emotion, conditions.only(2));
  EXPECT_EQ(stream.changes().back().value, 1);
  send("/flowtalk/emotion", {text("neutral")});
  apply();
  EXPECT_EQ(stream.changes().back().value, 0);
  apply();
  EXPECT_EQ(control->changes(), 6);
  EXPECT_THAT(warnings, ElementsAre());
}

TEST_F(LiveControlTest, AnEmotionWithoutAStrengthHasThatOfTheOptions) {
  send("/flowtalk/emotion", {text("angry:0.5,sad:0.5")});
  apply();
  EXPECT_FLOAT_EQ(stream.changes().back().value, 0.6f);
}

TEST_F(LiveControlTest, AFaderIsOneChangeInAStep) {
  for (int i = 0; i <= 10; ++i) send("/flowtalk/strength", {0.1f * static_cast<float>(i)});
  apply();
  ASSERT_EQ(stream.changes().size(), 1u);
  send("/flowtalk/strength", {0.5f});
  control->apply(stream, now + 10ms);
  EXPECT_EQ(stream.changes().size(), 1u);
  apply();
  EXPECT_EQ(stream.changes().size(), 2u);
}

TEST_F(LiveControlTest, WhatIsNotUnderstoodIsSaidOnceAndLeftOut) {
  for (int i = 0; i < 3; ++i) {
    send("/flowtalk/emotion", {text("joyus")});
    send("/flowtalk/emotion", {0.5f});
    send("/flowtalk/strength", {7.0f});
    send("/flowtalk/volume\n", {1.0f});
    sender->send("hello");
    apply();
  }
  EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("/flowtalk/emotion: "), HasSubstr("joyus")),
                                    HasSubstr("/flowtalk/emotion: expected a text in place 1"),
                                    HasSubstr("/flowtalk/strength: expected 0 to 1.25, got 7"),
                                    AllOf(HasSubstr("/flowtalk/volume?"), HasSubstr("left out")),
                                    HasSubstr("no OSC")));
  EXPECT_TRUE(stream.changes().empty());
}

TEST_F(LiveControlTest, APortThatIsTakenIsRefused) {
  EXPECT_THAT(
      tests::refusal([&] { LiveControl(place, conditions, stream::StreamOptions(), 1, reporter); }),
      AllOf(HasSubstr("127.0.0.1:"), HasSubstr("take another port")));
}

TEST(ControlPlace, IsAPortOrAMachineWithOne) {
  EXPECT_EQ(control_place("9000", "control").text(), "127.0.0.1:9000");
  EXPECT_EQ(control_place("0.0.0.0:9001", "control").text(), "0.0.0.0:9001");
  EXPECT_EQ(control_place("[::1]:9001", "control").text(), "[::1]:9001");
  for (const char* bad : {"", "0", "70000", "studio", ":9000", "studio:x"}) {
    EXPECT_THAT(tests::refusal([&] { control_place(bad, "control"); }),
                AllOf(HasSubstr("control"), HasSubstr("such as 9000")))
        << bad;
  }
}

}  // namespace
}  // namespace flowtalk::pipeline
