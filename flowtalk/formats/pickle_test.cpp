// Pickles made by hand: every form of plain data, numpy's arrays, and what no honest writer makes.
#include "flowtalk/formats/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/refusal.h"

namespace flowtalk::formats {
namespace {

using namespace made;
using ::testing::HasSubstr;
using Kind = Value::Kind;

// The bytes live as long as the value.
Value read(const std::string& content) {
  const auto owner = std::make_shared<const std::string>(content);
  return read_pickle(*owner, "x.pkl", owner);
}

void expect_refused(const std::string& content, const std::string& reason) {
  expect_refusal([&] { read(content); }, "x.pkl", reason);
}

TEST(Pickle, TextForms) {
  EXPECT_EQ(read("S'a\\n\\x41\\\\\\'\\101'\n.").text(), "a\nA\\'A");
  EXPECT_EQ(read("Vh\\u00e9 \\U0001f600 \\ud83d\\ude00\xe9\n.").text(), "hé 😀 😀é");
  EXPECT_EQ(read(pickle(python2("h\xe9"))).text(), "hé");
  EXPECT_EQ(read(pickle(dict({python2("h\xe9"), integer(3)}))).at("hé").integer(), 3);
  EXPECT_TRUE(read("I01\n.").boolean());
  EXPECT_EQ(read("I-12\n.").integer(), -12);
  EXPECT_EQ(read("L-0012L\n.").integer(), -12);
  EXPECT_EQ(read("L-123456789012345678901234L\n.").integer_text(), "-123456789012345678901234");
  EXPECT_EQ(read("F-1.5e3\n.").number(), -1500.0);
  EXPECT_EQ(read("Finf\n.").number(), INFINITY);
}

TEST(Pickle, IntegersOfAnySize) {
  EXPECT_EQ(read("\x8a\x00."s).integer(), 0);
  EXPECT_EQ(read("\x8a\x01\xff."s).integer(), -1);
  EXPECT_EQ(read(pickle(integer(INT64_MIN))).integer(), INT64_MIN);
  EXPECT_EQ(read("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00."s).integer_text(),
            "9223372036854775808");
  EXPECT_EQ(read("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff."s).integer_text(),
            "-18446744073709551616");
  EXPECT_EQ(read("\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff."s).integer(), -1);
  EXPECT_THAT(message_of([] { read("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00."s).integer(); }),
              HasSubstr("64 bits"));
}

TEST(Pickle, Collections) {
  const std::string pairs = "]("s + tuple({text("a"), integer(1)}) + "e";
  for (const char* type : {"OrderedDict", "Counter"}) {
    EXPECT_EQ(read(pickle(call(name("collections", type), {pairs}))).at("a").integer(), 1);
  }
  const std::string factory = call(name("collections", "defaultdict"), {name("builtins", "list")});
  EXPECT_EQ(read(pickle(factory + text("k") + integer(2) + "s")).at("k").integer(), 2);
  const Value set = read(pickle(call(name("__builtin__", "set"), {"]("s + text("a") + "e"})));
  EXPECT_TRUE(set.is(Kind::kSet));
  EXPECT_EQ(set.item(0).text(), "a");
  EXPECT_EQ(read("\x8f(K\x01K\x02\x90.").size(), 2u);
  EXPECT_EQ(read("(K\x01K\x02\x91.").size(), 2u);
  EXPECT_EQ(read("(K\x01K\x02l.").item(1).integer(), 2);
  EXPECT_EQ(read("(K\x01K\x02"
                 "d.")
                .key_and_value(0)
                .second.integer(),
            2);
  EXPECT_EQ(read("K\x07K\x01"
                 "0.")
                .integer(),
            7);
  EXPECT_EQ(read("K\x07(K\x01K\x01"
                 "1.")
                .integer(),
            7);
  EXPECT_EQ(read("K\x07"
                 "2\x86.")
                .item(0)
                .integer(),
            7);
  EXPECT_EQ(read(pickle(name("builtins", "bytes") + ")R")).bytes(), "");
  const std::string encoded = call(name("_codecs", "encode"), {text("hé"), text("latin1")});
  EXPECT_EQ(read(pickle(encoded)).bytes(), "h\xe9");
  EXPECT_EQ(read(pickle(call(name("builtins", "bytearray"), {encoded}))).bytes(), "h\xe9");
  const Value z = read(pickle(call(name("builtins", "complex"), {integer(1), integer(2)})));
  EXPECT_TRUE(z.is_record("builtins", "complex"));
  EXPECT_EQ(z.args().item(1).integer(), 2);
}

TEST(Pickle, TheLastOfEqualKeysCounts) {
  EXPECT_EQ(read(pickle(dict({text("a"), integer(1), text("a"), integer(2)}))).at("a").integer(),
            2);
}

TEST(Pickle, MissingKeysAndWrongKindsNameTheFile) {
  const Value value = read(pickle(dict({text("a"), integer(1)})));
  EXPECT_FALSE(value.find("b"));
  EXPECT_THAT(message_of([&] { value.at("b"); }), "x.pkl: has no key 'b' in a dict of 1");
  EXPECT_THAT(message_of([&] { value.at("a").text(); }), "x.pkl: expected a text, got an integer");
}

TEST(Pickle, NumpyArrays) {
  const std::string values = raw<float>({1, 2, 3, 4, 5, 6});
  const Value plain = read(pickle(array(dtype("f4"), {2, 3}, values)));
  EXPECT_EQ(to_double(plain.array()), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  const Value fortran = read(pickle(array(dtype("f4"), {2, 3}, values, true)));
  EXPECT_EQ(to_double(fortran.array()), (std::vector<double>{1, 3, 5, 2, 4, 6}));
  const Value big = read(pickle(array(dtype("i2", ">"), {2}, "\x01\x00\x00\x01"s)));
  EXPECT_EQ(to_double(big.array()), (std::vector<double>{256, 1}));
  const Value empty = read(pickle(array(dtype("f8"), {0, 5}, "")));
  EXPECT_EQ(empty.array().shape, (tensor::Shape{0, 5}));
  const Value scalar = read(pickle(
      call(name("numpy._core.multiarray", "scalar"), {dtype("f8"), bytes(raw<double>({2.5}))})));
  EXPECT_EQ(scalar.number(), 2.5);
  const Value buffer = read(pickle(
      call(name("numpy._core.numeric", "_frombuffer"),
           {counted('\x96', values, 8) + "\x98", dtype("f4"), integers({3, 2}), text("F")})));
  EXPECT_EQ(to_double(buffer.array()), (std::vector<double>{1, 4, 2, 5, 3, 6}));
}

TEST(Pickle, ArraysBorrowTheFile) {
  const auto content = std::make_shared<const std::string>(
      pickle(array(dtype("u1"), {1000}, std::string(1000, 'a'))));
  const char* begin = content->data();
  const Array array = read_pickle(*content, "x.pkl", content).array();
  EXPECT_TRUE(array.bytes.data() > begin && array.bytes.data() < begin + content->size());
  EXPECT_EQ(array.owner, content);
}

TEST(Pickle, DamagedNumpyArraysAreRefused) {
  const std::string four = raw<float>({1});
  const int64_t most = INT64_MAX;
  expect_refused(pickle(array(dtype("f4"), {2}, four)), "does not fit its 4 bytes");
  expect_refused(pickle(array(dtype("f4"), {-1}, four)), "does not fit");
  expect_refused(pickle(array(dtype("f4"), {most, most}, four)), "does not fit");
  expect_refused(pickle(array(dtype("f4"), {int64_t{1} << 32, int64_t{1} << 32}, "")), "fit");
  expect_refused(pickle(array(dtype("f4"), std::vector<int64_t>(65, 1), four)), "a tuple of 65");
  expect_refused(pickle(array(dtype("O8"), {1}, four)), "numpy.dtype 'O8': expected numbers");
  expect_refused(pickle(array(dtype("V4"), {1}, four)), "'V4'");
  expect_refused(pickle(array(dtype("U1"), {1}, four)), "'U1'");
  expect_refused(pickle(array(dtype("f4", "?"), {1}, four)), "expected a byte order");
  expect_refused(pickle(array(dtype(std::string(3000, 'f')), {1}, four)), "code of a number");
  expect_refused(pickle(array("K\x01", {1}, four)), "expected a numpy.dtype, got an integer");
  expect_refused(pickle(call(name("numpy.core.multiarray", "scalar"), {dtype("f8"), bytes("x")})),
                 "does not fit its 1 bytes");
  expect_refused(pickle(call(name("numpy.core.numeric", "_frombuffer"),
                             {bytes(four), dtype("f4"), integers({1}), text("K")})),
                 "order C or F");
  expect_refused(pickle(call(name("numpy.core.multiarray", "_reconstruct"),
                             {name("builtins", "list"), tuple({integer(0)}), bytes("b")})),
                 "expected numpy.ndarray");
}

TEST(Pickle, OnlyListedNamesAreUsed) {
  for (const auto& [module, function] :
       std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                        {"posix", "system"},
                                                        {"nt", "system"},
                                                        {"subprocess", "Popen"},
                                                        {"builtins", "eval"},
                                                        {"builtins", "getattr"},
                                                        {"__builtin__", "open"},
                                                        {"builtins", "__import__"},
                                                        {"numpy", "load"},
                                                        {"numpy.core.multiarray", "fromfile"},
                                                        {"numpy.core.multiarray", "_reconstruct.x"},
                                                        {"numpy", "ndarray.tofile"},
                                                        {"torch", "load"},
                                                        {"torch.hub", "load"},
                                                        {"torch._utils", "_import_dotted_name"},
                                                        {"torch.storage", "_load_from_bytes "},
                                                        {"torch.jit", "load"},
                                                        {"", ""},
                                                        {"collections", "namedtuple"},
                                                        {"codecs", "decode"},
                                                        {"_codecs", "decode"},
                                                        {"scipy.sparse.csc", "eval"},
                                                        {"functools", "partial"},
                                                        {"operator", "attrgetter"}}) {
    const std::string both = module + "." + function;
    expect_refused(pickle(call(name(module, function), {text("true")})), both);
    expect_refused(pickle(name(module, function)), both);
    expect_refused(pickle(name(module, function) + ")\x81"), both);
    expect_refused(pickle("("s + text("true") + "i" + module + "\n" + function + "\n"), both);
    expect_refused(pickle("("s + name(module, function) + text("true") + "o"), both);
    expect_refused(pickle(text(module) + text(function) + "\x93"), both);
  }
  expect_refused(pickle(name("a\nb", "c\x1b[31m")), "a.b");
  // Names that stand among data are not called, and data are no functions.
  expect_refused(pickle(call(name("builtins", "int"), {text("1")})), "calls 'builtins.int'");
  expect_refused(pickle(call(name("numpy", "ndarray"), {integer(1)})), "calls 'numpy.ndarray'");
  expect_refused(pickle(call(text("x"), {})), "expected a class or function");
  expect_refused(pickle(name("numpy", "ndarray") + ")\x81"), "makes an object of 'numpy.ndarray'");
  expect_refused(pickle(text("0") + "Q"), "outside of the pickle");
  expect_refused("P0\n.", "outside of the pickle");
  expect_refused("\x97.", "in-band");
  expect_refused("\x82\x01.", "unknown instruction 0x82");
}

TEST(Pickle, DamagedInstructionsAreRefused) {
  expect_refused("", "is empty");
  expect_refused("PK\x03\x04 and more", "zip archive");
  expect_refused(".", "ends with 0 values");
  expect_refused("(K\x01.", "ends with");
  expect_refused("K\x01(.", "ends with");
  expect_refused("\x80\x06N.", "protocol 6");
  expect_refused("0.", "takes a value where there is none");
  expect_refused("K\x01(a.", "takes a value");
  expect_refused("K\x01(R.", "takes a value");
  expect_refused("t.", "mark that is not there");
  expect_refused("(o.", "no class");
  expect_refused("]K\x01K\x02s.", "sets items of a list of 0");
  expect_refused(
      "}K\x01"
      "a.",
      "appends to a dict");
  expect_refused("}(K\x01u.", "without a value");
  expect_refused("K\x01}b.", "takes no state");
  expect_refused("h\x05.", "memo index 5 was never written");
  expect_refused("Nr\xff\xff\xff\xff.", "memo index 4294967295 is too large");
  expect_refused("Np99999999999999999999\n.", "memo index");
  expect_refused("Np-1\n.", "memo index");
  expect_refused("\x8b\xff\xff\xff\x7f.", "wants 2147483647 bytes, 1 are left");
  expect_refused("\x8b\xff\xff\xff\xff.", "wants 4294967295 bytes");
  expect_refused("\x8b\xd0\x07\x00\x00"s + std::string(2000, 'a') + ".", "too large");
  expect_refused("\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", "wants 18446744073709551615 bytes");
  expect_refused("\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", "cut off");
  expect_refused("L"s + std::string(5000, '9') + "L\n.", "too large");
  expect_refused("I1x\n.", "an integer that is none");
  expect_refused("F1,5\n.", "a float that is none");
  expect_refused("S'a\n.", "a string that is none");
  expect_refused("S'\\x4'\n.", "a string that is none");
  expect_refused("V\\ud800\n.", "a text that is none");
  expect_refused(pickle(text("\xc0\x80")), "not UTF-8");
  expect_refused(pickle(text("\xed\xa0\x80")), "not UTF-8");
}

TEST(Pickle, NoCutAndNoChangedByteDoesHarm) {
  const std::string f4 = raw<float>({1, 2});
  const std::string content =
      pickle(dict({text("a"), array(dtype("f4"), {2}, f4), python2("b"), "S'x\\n'\n", text("c"),
                   object(name("chumpy.ch", "Ch"), dict({text("x"), integer(1)})), text("d"),
                   "Vx\\u00e9\nI12\nL5L\nF1.5\n(K\x01lG12345678(K\x02t("
                   "d\x8f\x94h\x00tq\x02"}));
  EXPECT_NE(message_of([&] { read(content.substr(0, content.size() - 1)); }), "");
  for (size_t length = 0; length < content.size(); ++length) {
    EXPECT_NE(message_of([&] { read(content.substr(0, length)); }), "") << length;
  }
  for (size_t at = 0; at < content.size(); ++at) {
    for (int change = 1; change < 256; change += 7) {
      std::string damaged = content;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      const std::string message = message_of([&] { read(damaged); });
      EXPECT_EQ(message.find('\n'), std::string::npos);
    }
  }
}

TEST(Pickle, DeepNestingNeedsNoStack) {
  constexpr size_t kDeep = 200000;
  EXPECT_EQ(read(std::string(kDeep, ']') + std::string(kDeep - 1, 'a') + ".").size(), 1u);
  EXPECT_EQ(read("N"s + std::string(kDeep, '\x85') + ".").size(), 1u);
  EXPECT_EQ(
      read("N"s + repeated("}K\x01", kDeep) + "N"s + std::string(kDeep, 's') + "\x86.").size(), 2u);
  EXPECT_THAT(message_of([&] { read(std::string(kDeep, '(') + "."); }), HasSubstr("ends with 0"));
}

TEST(Pickle, ValuesMayContainThemselves) {
  const Value list = read("]q\x00h\x00\x61."s);
  EXPECT_EQ(list.item(0).identity(), list.identity());
  EXPECT_EQ(list.describe(), "a list of 1");
  const Value dict = read(pickle("}q\x00"s + text("me") + "h\x00s"s));
  EXPECT_EQ(dict.at("me").at("me").at("me").identity(), dict.identity());
  const Value ch =
      read(pickle(name("chumpy.ch", "Ch") + ")\x81q\x05" + made::dict({text("x"), "h\x05"}) + "b"));
  EXPECT_EQ(ch.at("x").identity(), ch.identity());
  EXPECT_THAT(message_of([&] { dense_array(ch, "x.pkl"); }), HasSubstr("expected an array"));
}

TEST(Pickle, SharedPartsAreNotCopied) {
  const Value value = read("N"s + repeated("2\x86", 1000) + ".");
  EXPECT_EQ(value.item(0).identity(), value.item(1).identity());
  // What must be copied is limited by the size of the file.
  const std::string many = "]("s + std::string(100000, 'N') + "eq\x00"s;
  const std::string set = name("builtins", "set") + "q\x01";
  expect_refused(many + set + "0"s + repeated("h\x01h\x00\x85R0"s, 5000) + "N.", "more memory");
  const std::string long_text = text(std::string(1000000, 'a')) + "q\x00"s;
  const std::string latin1 = text("latin1") + "q\x01"s + name("_codecs", "encode") + "q\x02";
  expect_refused(long_text + latin1 + repeated("h\x02h\x00h\x01\x86R0"s, 5000) + "N.",
                 "more memory");
}

}  // namespace
}  // namespace flowtalk::formats
