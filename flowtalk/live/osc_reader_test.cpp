#include "flowtalk/live/osc_reader.h"

#include <gmock/gmock.h>

#include "flowtalk/live/osc.h"

namespace flowtalk::live {
namespace {

using ::testing::ElementsAre;

// Bytes as they stand in the specification's examples (OSC 1.0, "OSC Message Examples").
TEST(OscReader, ReadsTheExamplesOfTheSpecification) {
  const std::string oscillator("/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0", 32);
  EXPECT_EQ(read_osc(oscillator), (std::vector<OscMessage>{{"/oscillator/4/frequency", {440.0}}}));
  const std::string foo(
      "/foo\0\0\0\0,"
      "iisff\0\0\0\0\x03\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d",
      40);
  const auto read = read_osc(foo);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->size(), 1u);
  const auto& values = read->front().values;
  ASSERT_EQ(values.size(), 5u);
  EXPECT_EQ(std::get<double>(values[0]), 1000);
  EXPECT_EQ(std::get<double>(values[1]), -1);
  EXPECT_EQ(std::get<std::string>(values[2]), "hello");
  EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(values[3])), 1.234f);
  EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(values[4])), 5.678f);
}

TEST(OscReader, ReadsWideNumbersTruthAndMessagesWithoutTypes) {
  const std::string wide("/a\0\0,hdTF\0\0\0\xff\xff\xff\xff\xff\xff\xff\xfe\x3f\xe0\0\0\0\0\0\0",
                         28);
  EXPECT_EQ(read_osc(wide), (std::vector<OscMessage>{{"/a", {-2.0, 0.5, 1.0, 0.0}}}));
  EXPECT_EQ(read_osc(std::string("/b\0\0", 4)), (std::vector<OscMessage>{{"/b", {}}}));
}

TEST(OscReader, ReadsBundlesInTheirOrderAndNotForEver) {
  const std::vector<OscValue> some{OscValue(std::string_view("happy")), OscValue(0.5f)};
  const std::vector<std::string> two{osc_message("/one", some), osc_message("/two", {})};
  std::string packet = osc_bundle(two);
  const auto expected =
      ElementsAre(OscMessage{"/one", {std::string("happy"), 0.5}}, OscMessage{"/two", {}});
  EXPECT_THAT(*read_osc(packet), expected);
  for (int depth = 2; depth < 7; ++depth) {
    packet = osc_bundle(std::vector{packet});
    EXPECT_EQ(read_osc(packet).has_value(), depth <= 4) << depth;
  }
}

TEST(OscReader, TakesNothingThatIsCutOffOrOfAnotherKind) {
  const std::vector<OscValue> some{OscValue(std::string_view("happy")), OscValue(0.5f),
                                   OscValue(int32_t{7})};
  const std::string message = osc_message("/flowtalk/emotion", some);
  for (size_t size = 0; size < message.size(); ++size) {
    if (size == 20) continue;  // the address alone is a message
    EXPECT_FALSE(read_osc(message.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(read_osc("GET / HTTP/1.1\r\n\r\n").has_value());
  EXPECT_FALSE(read_osc(std::string("/a\0\0,b\0\0\0\0\0\4data", 16)).has_value());
}

}  // namespace
}  // namespace flowtalk::live
