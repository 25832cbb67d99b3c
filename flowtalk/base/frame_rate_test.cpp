#include "flowtalk/base/frame_rate.h"

#include <gmock/gmock.h>

#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "tests/refusal.h"

namespace flowtalk {
namespace {

using ::testing::HasSubstr;
using tests::refusal;

FrameRate read(const std::string& text) {
  FrameRate rate;
  from_text(text, rate);
  return rate;
}

TEST(FrameRate, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(read("60"), (FrameRate{60, 1}));
  EXPECT_EQ(read("12.5"), (FrameRate{25, 2}));
  EXPECT_EQ(read("29.97"), (FrameRate{30000, 1001}));
  EXPECT_EQ(read("23.976"), (FrameRate{24000, 1001}));
  EXPECT_EQ(read("59.94"), (FrameRate{60000, 1001}));
  EXPECT_EQ(read("30000/1001"), read("29.97"));
  EXPECT_EQ(read("50/2"), FrameRate{});
  EXPECT_DOUBLE_EQ(read("33.3333").hz(), 33.3333);
  EXPECT_EQ(read("1000"), (FrameRate{1000, 1}));
  for (const char* rate : {"25", "12.5", "30000/1001", "60000/1001", "33.3333"}) {
    EXPECT_EQ(read(text_of(read(rate))), read(rate)) << rate;
  }
}

TEST(FrameRate, NothingElseIsRead) {
  for (const char* text : {"",         "0",      "-25",  "nan",  "inf",           "1e9",   "fast",
                           "25fps",    "25 fps", "25/",  "/25",  "30000/0",       "-30/1", "30/-1",
                           "30/1.001", "1/2/3",  "30:1", "1e-9", "99999999999/1", "29,97"}) {
    EXPECT_THAT(refusal([&] { read(text); }), HasSubstr("30000/1001")) << text;
  }
}

struct Ranged {
  FrameRate fps;
  std::optional<FrameRate> other;

  template <class V>
  void fields(V&& field) {
    field("fps", fps, between(1.0, 120.0), "pictures per second");
    field("other", other, between(1.0, 1000.0), "frames per second");
  }
};

TEST(FrameRate, HasTheRangeOfItsField) {
  check_ranges(Ranged{});
  EXPECT_EQ(refusal([] {
              check_ranges(Ranged{read("240"), {}});
            }),
            "fps 240: expected between 1 and 120");
  EXPECT_EQ(refusal([] {
              check_ranges(Ranged{{}, read("1/2")});
            }),
            "other 0.5: expected between 1 and 1000");
}

}  // namespace
}  // namespace flowtalk
