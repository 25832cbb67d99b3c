#include "flowtalk/live/target.h"

#include <gmock/gmock.h>

#include "tests/refusal.h"

namespace flowtalk::live {
namespace {

using ::testing::HasSubstr;

TEST(Target, TakesWhatIsNamedAndTheUsualForTheRest) {
  const auto text = [](const std::string& given) { return target_of(given, "to").text(); };
  EXPECT_EQ(text("livelink"), "livelink://127.0.0.1:11111");
  EXPECT_EQ(text("vmc"), "vmc://127.0.0.1:39539");
  EXPECT_EQ(text("ifacialmocap://192.168.1.7"), "ifacialmocap://192.168.1.7:49983");
  EXPECT_EQ(text("livelink://studio.local:54321"), "livelink://studio.local:54321");
  EXPECT_EQ(text("vmc://[::1]"), "vmc://[::1]:39539");
  EXPECT_EQ(text("vmc://[fe80::1]:39540"), "vmc://[fe80::1]:39540");
}

TEST(Target, RefusesTheRestInOneLine) {
  const auto refused = [](const std::string& given) {
    return tests::refusal([&] { target_of(given, "to"); });
  };
  EXPECT_THAT(refused("osc://127.0.0.1"), HasSubstr("protocol 'osc' is unknown"));
  EXPECT_THAT(refused(""), HasSubstr("protocol '' is unknown"));
  for (const char* bad : {"vmc://a:", "vmc://a:0", "vmc://a:65536", "vmc://a:12x", "vmc://a:-1"}) {
    EXPECT_THAT(refused(bad), HasSubstr("is no port from 1 to 65535")) << bad;
  }
  EXPECT_THAT(refused("vmc://"), HasSubstr("no machine is named"));
  EXPECT_THAT(refused("vmc://:39539"), HasSubstr("no machine is named"));
  EXPECT_THAT(refused("vmc://[::1"), HasSubstr("bracket is not closed"));
  EXPECT_THAT(refused("vmc://[::1]x"), HasSubstr("something follows the bracket"));
}

}  // namespace
}  // namespace flowtalk::live
