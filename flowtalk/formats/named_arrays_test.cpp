// Arrays by name from every kind of file that holds some.
#include "flowtalk/formats/named_arrays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/refusal.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NamedArraysTest : public ::testing::Test {
 protected:
  fs::path save(const std::string& name, const std::string& bytes) const {
    save_file(folder_ / name, bytes);
    return folder_ / name;
  }
  static std::vector<std::string> names(const std::vector<NamedArray>& arrays) {
    std::vector<std::string> all;
    for (const NamedArray& array : arrays) all.push_back(array.name);
    return all;
  }
  static std::string array(std::vector<float> values) {
    const tensor::Tensor t({static_cast<int64_t>(values.size())}, values);
    std::string bytes = npy_header(t.shape());
    return bytes.append(reinterpret_cast<const char*>(t.data()), t.values().size_bytes());
  }
  tests::ScratchFolder folder_;
};

// {"exp": 0.5, b"name": "S1", 7: {"jaw": 2}}
std::string nested_dict() {
  return made::dict({made::text("exp"), made::integer(5), made::bytes("name"), made::text("S1"),
                     made::integer(7), made::dict({made::text("jaw"), made::integer(2)})});
}

TEST_F(NamedArraysTest, DictsGiveTheirPartsByPath) {
  const auto arrays = open_arrays(save("a.pkl", made::pickle(nested_dict())));
  ASSERT_THAT(names(arrays), ElementsAre("exp", "name", "7.jaw"));
  EXPECT_EQ(arrays[0].load().real(0), 5);
  EXPECT_EQ(arrays[2].load().real(0), 2);
  EXPECT_EQ(arrays[1].text(), "S1");
  EXPECT_EQ(arrays[0].text(), std::nullopt);
  EXPECT_THAT(message_of([&] { arrays[1].load(); }), HasSubstr("a.pkl: 'name': expected an array"));
}

// numpy.save(path, object): an array of one object, or of several, pickled behind the header.
std::string npy_of_objects(const std::vector<std::string>& objects, const tensor::Shape& shape) {
  std::string items = "](";
  for (const std::string& object : objects) items += object;
  const std::string state =
      made::tuple({made::integer(1), made::integers({shape.begin(), shape.end()}),
                   made::dtype("O8", "|"), std::string("\x89"), items + "e"});
  const std::string array =
      made::call(made::name("numpy.core.multiarray", "_reconstruct"),
                 {made::name("numpy", "ndarray"), made::integers({0}), made::bytes("b")}) +
      state + "b";
  return npy_header(shape, "|O") + made::pickle(array);
}

TEST_F(NamedArraysTest, NumpyFilesOfAPickledDict) {
  const std::string npy = npy_of_objects({nested_dict()}, {});
  EXPECT_THAT(names(open_arrays(save("a.npy", npy))), ElementsAre("exp", "name", "7.jaw"));
  save_npz(folder_ / "a.npz", {{"arr_0", npy}});
  EXPECT_THAT(names(open_arrays(folder_ / "a.npz")), ElementsAre("exp", "name", "7.jaw"));
}

TEST_F(NamedArraysTest, NumpyFilesOfADictPerFrame) {
  const std::string npy = npy_of_objects({nested_dict(), nested_dict(), nested_dict()}, {3});
  save_npz(folder_ / "a.npz", {{"arr_0", npy}});
  for (const fs::path& path : {save("a.npy", npy), folder_ / "a.npz"}) {
    const auto arrays = open_arrays(path);
    ASSERT_THAT(names(arrays), ElementsAre("exp", "name", "7.jaw"));
    EXPECT_THAT(arrays[0].load().shape, ElementsAre(3));
    EXPECT_EQ(arrays[1].text(), "S1");
  }
  EXPECT_THAT(message_of([&] {
                open_arrays(save("b.npy", npy_of_objects({made::integer(1), "K\x02"}, {2})));
              }),
              HasSubstr("expected numbers, a dict of arrays or a list of such dicts"));
}

TEST_F(NamedArraysTest, ContainersAndTheirTexts) {
  save_npz(folder_ / "a.npz", {{"jaw", array({1, 2})},
                               {"axes", npy_of_texts({"builtin"}, true)},
                               {"names", npy_of_texts({"a", "bc"}, false)}});
  const auto arrays = open_arrays(folder_ / "a.npz");
  ASSERT_THAT(names(arrays), ElementsAre("jaw", "axes", "names"));
  EXPECT_EQ(arrays[0].load().real(1), 2);
  EXPECT_EQ(arrays[0].text(), std::nullopt);
  EXPECT_EQ(arrays[1].text(), "builtin");
  EXPECT_EQ(arrays[2].text(), std::nullopt);  // several
  EXPECT_THAT(read_npy_texts(npy_of_texts({"a", "bc"}, false), "x").value(),
              ElementsAre("a", "bc"));

  const tensor::Tensor jaw({2}, std::vector<float>{3, 4});
  save_safetensors(folder_ / "a.safetensors", {{"jaw", jaw}}, Dtype::kF32, {{"axes", "flame"}});
  const auto tensors = open_arrays(folder_ / "a.safetensors");
  ASSERT_THAT(names(tensors), ElementsAre("jaw", "axes"));
  EXPECT_EQ(tensors[0].load().real(0), 3);
  EXPECT_EQ(tensors[1].text(), "flame");

  EXPECT_THAT(names(open_arrays(save("b.npy", array({1})))), ElementsAre(""));
}

TEST_F(NamedArraysTest, OtherFilesAreRefusedByKind) {
  EXPECT_THAT(message_of([&] { open_arrays(save("a.json", "{}")); }),
              HasSubstr("expected a file of arrays: npy, npz, torch, safetensors, pickle"));
  EXPECT_THAT(message_of([&] {
                open_arrays(save("a.pkl", made::pickle("](K\x01K\x02"
                                                       "e")));
              }),
              HasSubstr("expected a dict of arrays, a list of such dicts or an array, got a list"));
  EXPECT_TRUE(holds_arrays("torch"));
  EXPECT_FALSE(holds_arrays("ply"));
}

}  // namespace
}  // namespace flowtalk::formats
