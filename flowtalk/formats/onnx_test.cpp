// ONNX files made by hand: what is read of them, and how damage is refused.
#include "flowtalk/formats/onnx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flowtalk/base/files.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/onnx_maker.h"
#include "flowtalk/formats/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

using made::bytes_field;
using made::number_field;
using made::onnx_model;
using made::onnx_raw;
using made::onnx_tensor;
using ::testing::ElementsAre;

OnnxFile read(const std::string& bytes) {
  const auto kept = std::make_shared<const std::string>(bytes);
  return OnnxFile("a.onnx", *kept, kept);
}
OnnxFile with_tensor(const std::string& tensor) { return read(onnx_model({}, {tensor})); }

void expect_refused(const std::string& bytes, const std::string& reason) {
  expect_refusal([&] { read(bytes); }, "a.onnx", reason);
}
void expect_tensor_refused(const std::string& tensor, const std::string& reason) {
  expect_refused(onnx_model({}, {tensor}), reason);
}

// One of each way to store values, and two nodes.
std::string small_model() {
  const std::string graph_inside =
      bytes_field(1, "body") + bytes_field(6, bytes_field(1, bytes_field(4, "Add")));
  return onnx_model(
      {made::onnx_node({"Conv",
                        "/conv",
                        {"x", "w", ""},
                        {"y"},
                        {made::onnx_integers("strides", {64, -1}), bytes_field(1, "empty")}}),
       made::onnx_node({"Loop", "/loop", {"y"}, {"z"}, {graph_inside}})},
      {onnx_tensor("w", {2, 1, 2}, made::kOnnxInt8, onnx_raw<int8_t>({-128, 0, 1, 127})),
       onnx_tensor("scale", {}, made::kOnnxFloat, bytes_field(4, std::string("\0\0\0\x3f", 4))),
       onnx_tensor("zero", {}, made::kOnnxUint8, number_field(5, 200)),
       onnx_tensor(
           "shape", {2}, made::kOnnxInt64,
           number_field(7, static_cast<uint64_t>(int64_t{-1})) + bytes_field(7, made::varint(300))),
       onnx_tensor("none", {0}, made::kOnnxFloat, "")});
}

TEST(Onnx, TensorsAndNodes) {
  const OnnxFile file = read(small_model());
  EXPECT_EQ(file.producer(), "a test");
  ASSERT_EQ(file.tensors().size(), 5u);
  EXPECT_EQ(file.array("w").dtype, Dtype::kI8);
  EXPECT_EQ(file.array("w").shape, (tensor::Shape{2, 1, 2}));
  EXPECT_THAT(file.load("w").values(), ElementsAre(-128, 0, 1, 127));
  EXPECT_THAT(file.load("scale").values(), ElementsAre(0.5f));
  EXPECT_EQ(file.array("scale").shape, tensor::Shape{});
  EXPECT_EQ(file.array("zero").int64(0), 200);
  EXPECT_THAT(to_int64(file.array("shape")), ElementsAre(-1, 300));
  EXPECT_EQ(file.array("none").size(), 0);
  EXPECT_THAT(message_of([&] { file.load("v"); }), testing::HasSubstr("has no tensor 'v'"));

  ASSERT_EQ(file.nodes().size(), 2u);  // that of the graph inside is not one of them
  const OnnxNode& node = file.nodes().front();
  EXPECT_EQ(node.op + " " + node.name, "Conv /conv");
  EXPECT_THAT(node.inputs, ElementsAre("x", "w", ""));
  EXPECT_THAT(node.outputs, ElementsAre("y"));
  ASSERT_EQ(node.integers.size(), 1u);
  EXPECT_THAT(node.integers.at("strides"), ElementsAre(64, -1));
}

TEST(Onnx, EveryTruncationIsRefusedOrLosesNothingButWhatIsCutOff) {
  const std::string whole = small_model();
  int read_all = 0;
  for (size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    const std::string message = message_of([&] {
      EXPECT_EQ(read(cut).tensors().size(), 5u);
      ++read_all;
    });
    if (message.empty()) continue;
    EXPECT_THAT(message, testing::StartsWith("a.onnx: "));
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_EQ(read_all, 1);  // without the versions that stand behind the graph
}

TEST(Onnx, NoByteMakesMoreThanAnError) {
  const std::string whole = small_model();
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\x01', '\x7f', '\x80', '\xff'}) {
      std::string changed = whole;
      changed[at] = byte;
      const std::string message = message_of([&] {
        const OnnxFile file = read(changed);
        for (const auto& [name, array] : file.tensors()) {
          EXPECT_EQ(static_cast<size_t>(array.size()) * element_size(array.dtype),
                    array.bytes.size());
        }
      });
      EXPECT_EQ(message.find('\n'), std::string::npos);
    }
  }
}

TEST(Onnx, TheWireIsChecked) {
  expect_refused("", "has no graph");
  expect_refused("\x08", "ends within a number");
  expect_refused(std::string("\x08").append(10, '\xff'), "more than 64 bits");
  expect_refused(std::string("\x3a") + made::varint(uint64_t{1} << 62), "are left; it is cut off");
  expect_refused(std::string("\0\0", 2), "a field of number 0");
  expect_refused("\x0b", "wire type 3");  // groups could nest without end
  expect_refused(bytes_field(7, "") + bytes_field(7, ""), "has two graphs");
  expect_refused(onnx_model({bytes_field(3, "n")}, {}), "node 'n' says no operation");
  expect_refused(onnx_model({bytes_field(3, "\xff")}, {}), "a text that is not UTF-8");
  std::string wide;
  for (int i = 0; i < 10001; ++i) wide += bytes_field(1, "");
  expect_refused(onnx_model({wide}, {}), "more than 10000 inputs");
}

TEST(Onnx, TensorsAreChecked) {
  const std::string four = onnx_raw<int8_t>({1, 2, 3, 4});
  const auto int8 = [&](const std::vector<int64_t>& shape) {
    return onnx_tensor("w", shape, made::kOnnxInt8, four);
  };
  expect_tensor_refused(int8({5}), "tensor 'w': shape (5) of int8 does not fit its 4 bytes");
  expect_tensor_refused(int8({3}), "does not fit");
  expect_tensor_refused(int8({-4}), "does not fit");
  expect_tensor_refused(int8({int64_t{1} << 62, 4}), "does not fit");
  expect_tensor_refused(int8(std::vector<int64_t>(33, 1)), "more than 32 axes");
  expect_tensor_refused(onnx_tensor("w", {int64_t{1} << 40}, made::kOnnxFloat, ""), "does not fit");
  expect_tensor_refused(onnx_tensor("w", {1}, made::kOnnxFloat, ""), "has 0 values, expected 1");
  expect_tensor_refused(onnx_tensor("w", {}, made::kOnnxFloat, bytes_field(4, "12345")),
                        "no whole number of floats");
  expect_tensor_refused(onnx_tensor("w", {}, made::kOnnxUint8, bytes_field(5, "\x01\x02")),
                        "has more values, expected 1");
  expect_tensor_refused(onnx_tensor("w", {}, made::kOnnxUint8, number_field(5, 256)),
                        "holds 256, beyond its element type");
  expect_tensor_refused(onnx_tensor("w", {}, 8, ""), "has element type 8");
  expect_tensor_refused(onnx_tensor("w", {}, uint64_t{1} << 63, ""), "has element type");
  expect_tensor_refused(onnx_tensor("w", {1}, 11, bytes_field(10, "12345678")),
                        "values of type float64 outside of raw_data");
  expect_tensor_refused(int8({4}) + number_field(14, 1), "lies in another file");
  expect_refused(onnx_model({}, {int8({4}), int8({4})}), "stands twice");
  EXPECT_EQ(with_tensor(int8({2, 2})).array("w").size(), 4);
}

TEST(Onnx, IsKnownByItsBytesAndDescribed) {
  const tests::ScratchFolder folder;
  save_file(folder / "model", small_model());
  EXPECT_EQ(format_of(folder / "model"), "onnx");
  const Json described = describe_file(folder / "model", "onnx");
  EXPECT_EQ(described["details"]["nodes"], 2);
  EXPECT_EQ(described["details"]["operations"], (Json{{"Conv", 1}, {"Loop", 1}}));
  EXPECT_EQ(described["details"]["producer"], "a test");
  EXPECT_EQ(described["arrays"].size(), 5u);
  save_file(folder / "cut.onnx", small_model().substr(0, 20));
  EXPECT_EQ(format_of(folder / "cut.onnx"), "onnx");
  EXPECT_FALSE(is_onnx("\x08\x0a"));
  EXPECT_FALSE(is_onnx("some text"));
}

}  // namespace
}  // namespace flowtalk::formats
