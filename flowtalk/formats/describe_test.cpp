// What inspect says of an array: exact numbers, valid JSON, sums that lose nothing.
#include "flowtalk/formats/describe.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace flowtalk::formats {
namespace {

TEST(Describe, NumbersThatJsonCannotHoldAreStrings) {
  EXPECT_EQ(json_number(NAN), "nan");
  EXPECT_EQ(json_number(-INFINITY), "-inf");
  EXPECT_EQ(json_number(0.1).dump(), "0.1");
  EXPECT_EQ(json_number(-0.0).dump(), "-0.0");
  EXPECT_EQ(json_number(int64_t{1} << 53), int64_t{1} << 53);
  EXPECT_EQ(json_number((int64_t{1} << 53) + 1), "9007199254740993");
  EXPECT_EQ(json_number(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json_number(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
}

TEST(Describe, WholeNumbersAreExact) {
  constexpr auto kMost = std::numeric_limits<uint64_t>::max();
  const Json u = describe_array("ids", make_array<uint64_t>({2, 1}, {kMost, kMost}));
  EXPECT_EQ(u["name"], "ids");
  EXPECT_EQ(u["dtype"], "uint64");
  EXPECT_EQ(u["shape"], Json::array({2, 1}));
  EXPECT_EQ(u["sum"], "36893488147419103230");
  EXPECT_EQ(u["min"], "18446744073709551615");
  EXPECT_EQ(u["values"][1], "18446744073709551615");
  const Json i = describe_array("i", make_array<int8_t>({3}, {-128, 5, 3}));
  EXPECT_EQ(i["min"], -128);
  EXPECT_EQ(i["max"], 5);
  EXPECT_EQ(i["mean"], -40.0);
  EXPECT_EQ(i["abs_sum"], 136);
  const Array bits = make_array<uint8_t>({3}, {0, 1, 1});
  const Json b = describe_array("b", {Dtype::kBool, bits.shape, bits.bytes, bits.owner});
  EXPECT_EQ(b["values"], Json::array({false, true, true}));
  EXPECT_EQ(b["sum"], 2);
}

TEST(Describe, FloatsAreSummedWithoutLossAndCountedWhenNotFinite) {
  const Json f = describe_array("f", make_array<double>({4}, {1e100, 1.0, -1e100, 2.0}));
  EXPECT_EQ(f["sum"], 3.0);
  EXPECT_EQ(f["mean"], 0.75);
  const float inf = std::numeric_limits<float>::infinity();
  const Json odd = describe_array("odd", make_array<float>({4}, {NAN, inf, -inf, 0.5f}));
  EXPECT_EQ(odd["nan"], 1);
  EXPECT_EQ(odd["infinite"], 2);
  EXPECT_EQ(odd["max"], 0.5);
  EXPECT_EQ(odd["values"], Json::array({"nan", "inf", "-inf", 0.5}));
  const Json none = describe_array("none", make_array<float>({0, 3}, std::vector<float>{}));
  EXPECT_TRUE(none["min"].is_null());
  EXPECT_EQ(none["values"], Json::array());
}

TEST(Describe, LargeArraysListNoValues) {
  const Array array = make_array<float>({65}, std::vector<float>(65, 1.0f));
  EXPECT_FALSE(describe_array("x", array).contains("values"));
  EXPECT_EQ(describe_array("x", array, 65)["values"].size(), 65u);
}

TEST(Describe, ComplexNumbersArePairs) {
  const Array parts = make_array<float>({2}, {1.0f, 2.0f});
  const Json c = describe_array("c", {Dtype::kC64, {}, parts.bytes, parts.owner});
  EXPECT_EQ(c["values"], Json::parse("[[1.0, 2.0]]"));
  EXPECT_TRUE(c["sum"].is_null());
}

}  // namespace
}  // namespace flowtalk::formats
