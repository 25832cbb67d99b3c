// Dicts of arrays, and lists of such dicts, one per frame.
#include "flowtalk/formats/value_arrays.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/refusal.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string list(const std::vector<std::string>& items) {
  std::string out = "](";
  for (const std::string& item : items) out += item;
  return out + "e";
}

std::string floats(const std::vector<float>& values, const std::vector<int64_t>& shape) {
  return made::array(made::dtype("f4"), shape, made::raw(values));
}

std::string row(const std::vector<float>& values) {
  return floats(values, {static_cast<int64_t>(values.size())});
}

// {"exp": [first, 1], "jaw": [[0, 0, first]]}
std::string frame(float first) {
  return made::dict(
      {made::text("exp"), row({first, 1}), made::text("jaw"), floats({0, 0, first}, {1, 3})});
}

std::vector<NamedArray> read(const std::string& body) {
  const auto bytes = std::make_shared<const std::string>(made::pickle(body));
  return arrays_of(read_pickle(*bytes, "a.pkl", bytes));
}

std::vector<std::string> names(const std::vector<NamedArray>& arrays) {
  std::vector<std::string> all;
  for (const NamedArray& array : arrays) all.push_back(array.name);
  return all;
}

std::string refusal(const NamedArray& array) {
  return message_of([&] { array.load(); });
}

TEST(ValueArrays, ListsOfDictsAreStackedOverTheirFrames) {
  const auto arrays = read(list({frame(5), frame(6), frame(7)}));
  ASSERT_THAT(names(arrays), ElementsAre("exp", "jaw"));
  const Array exp = arrays[0].load(), jaw = arrays[1].load();
  EXPECT_THAT(exp.shape, ElementsAre(3, 2));
  EXPECT_EQ(exp.dtype, Dtype::kF32);
  EXPECT_THAT(to_double(exp), ElementsAre(5, 1, 6, 1, 7, 1));
  EXPECT_THAT(jaw.shape, ElementsAre(3, 1, 3));
  EXPECT_EQ(jaw.real(8), 7);
  EXPECT_EQ(arrays[0].where, "a.pkl: 'exp'");
}

TEST(ValueArrays, OfOneFrameInAListOfItsOwnTheFrameItself) {
  const auto arrays = read(list({list({frame(5)}), list({frame(6)})}));
  EXPECT_THAT(arrays.at(0).load().shape, ElementsAre(2, 2));
  EXPECT_THAT(read(list({frame(5)})).at(0).load().shape, ElementsAre(2));
}

TEST(ValueArrays, FramesInADictBesideWhatHoldsForAll) {
  const auto arrays = read(made::dict({made::text("fps"), made::integer(30), made::text("frames"),
                                       list({made::dict({made::text("flame"), frame(5)}),
                                             made::dict({made::text("flame"), frame(6)})})}));
  ASSERT_THAT(names(arrays), ElementsAre("fps", "frames.flame.exp", "frames.flame.jaw"));
  EXPECT_THAT(to_double(arrays[1].load()), ElementsAre(5, 1, 6, 1));
  EXPECT_EQ(arrays[1].where, "a.pkl: 'frames': 'flame.exp'");
}

TEST(ValueArrays, ListsOfArraysAndOfListsAreArrays) {
  const auto arrays = read(made::dict(
      {made::text("exp"), list({row({1, 2}), row({3, 4}), row({5, 6})}), made::text("jaw"),
       list({list({made::integer(1), made::integer(2)}), list({made::integer(3), "K\x04"})}),
       made::text("mixed"), list({row({1, 2}), list({made::integer(3), made::integer(4)})})}));
  EXPECT_THAT(arrays[0].load().shape, ElementsAre(3, 2));
  EXPECT_THAT(to_double(arrays[1].load()), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(arrays[2].load().dtype, Dtype::kF64);
  EXPECT_THAT(to_double(arrays[2].load()), ElementsAre(1, 2, 3, 4));
}

TEST(ValueArrays, FramesThatDifferAreNamed) {
  const std::string longer =
      made::dict({made::text("exp"), row({1, 2, 3}), made::text("jaw"), row({1, 2, 3})});
  const std::string shorter = made::dict({made::text("exp"), row({1, 2})});
  EXPECT_EQ(refusal(read(list({frame(5), longer})).at(0)),
            "a.pkl: frame 1: 'exp': has the shape (3), the first frame has (2); all must have the "
            "same");
  const auto ragged = read(list({frame(5), frame(6), shorter}));
  EXPECT_THAT(to_double(ragged.at(0).load()), ElementsAre(5, 1, 6, 1, 1, 2));
  EXPECT_EQ(refusal(ragged.at(1)),
            "a.pkl: frame 2: has no array 'jaw', which other frames have; fill it in, or cut the "
            "frame off");
  EXPECT_THAT(refusal(read(list({shorter, frame(5)})).at(1)), HasSubstr("frame 0: has no array"));
  EXPECT_THAT(refusal(read(list({"N", frame(5)})).at(0)),
              HasSubstr("frame 0 (None): has no array 'exp'"));
}

TEST(ValueArrays, TextsOfAllFramesAreOneText) {
  const auto named = [](const char* axes) {
    return made::dict({made::text("axes"), made::text(axes)});
  };
  EXPECT_EQ(read(list({named("flame"), named("flame")})).at(0).text(), "flame");
  EXPECT_EQ(read(list({named("flame"), named("builtin")})).at(0).text(), "flame, builtin");
}

// The same array in all frames: small as a file, large as one array.
TEST(ValueArrays, FramesThatBlowUpAreRefused) {
  const std::string large = row(std::vector<float>(40000, 1));
  const std::string all = list({large + "q\x01" + made::repeated("h\x01", 1999)});
  expect_refusal(
      [&] {
        read(made::dict({made::text("exp"), all})).at(0).load();
      },
      "a.pkl", "far more memory than the file");
  const std::string empty = list({row({}) + "q\x01" + made::repeated("h\x01", 1999)});
  const std::string many = list({empty + "q\x02" + made::repeated("h\x02", 1999)});
  EXPECT_THAT(refusal(read(made::dict({made::text("exp"), many})).at(0)),
              HasSubstr("far more arrays than the file can hold"));
}

TEST(ValueArrays, OtherListsAreRefused) {
  EXPECT_THAT(message_of([] {
                read(list({made::integer(1), made::integer(2)}));
              }),
              HasSubstr("expected a dict of arrays, a list of such dicts or an array, got a list"));
}

TEST(ValueArrays, TorchFilesOfFrames) {
  const std::string body = list({made::dict({made::text("exp"), made::tensor()}),
                                 made::dict({made::text("exp"), made::tensor({.key = "1"})})});
  const std::string six = made::raw(std::vector<float>{0, 1, 2, 3, 4, 5});
  const std::string bytes = made::legacy_torch(body, {{"0", 6, six}, {"1", 6, six}});
  const auto arrays = arrays_of(read_torch(bytes, "a.pt"));
  EXPECT_THAT(arrays.at(0).load().shape, ElementsAre(2, 2, 3));
  EXPECT_EQ(arrays.at(0).load().real(11), 5);
}

}  // namespace
}  // namespace flowtalk::formats
