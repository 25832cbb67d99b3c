// Torch files and sparse matrices made by hand: what a writer may do, and what only a damaged or
// hostile file does.
#include "flowtalk/formats/torch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/refusal.h"

namespace flowtalk::formats {
namespace {

using namespace made;
using ::testing::HasSubstr;
using Kind = Value::Kind;
using Parts = std::vector<ZipPart>;

Value read(const std::string& content) {
  const auto owner = std::make_shared<const std::string>(content);
  return read_torch(*owner, "x.pt", owner);
}

void expect_refused(const std::string& content, const std::string& reason) {
  expect_refusal([&] { read(content); }, "x.pt", reason);
}

const std::string kSix = raw<float>({1, 2, 3, 4, 5, 6});

std::string archive(const std::string& body, const std::string& data = kSix,
                    const Parts& more = {}) {
  Parts parts = {{.name = "a/data.pkl", .content = pickle(body)},
                 {.name = "a/data/0", .content = data}};
  parts.insert(parts.end(), more.begin(), more.end());
  return make_zip(parts);
}

// The same value in both containers.
std::vector<std::string> both(const std::string& body) {
  return {archive(body), legacy_torch(body, {{"0", 6, kSix}})};
}

std::vector<double> values(const Value& value) { return to_double(value.array()); }

TEST(TorchFile, TensorsAreViewsOfStorages) {
  for (const std::string& file : both(dict({text("w"), tensor()}))) {
    EXPECT_EQ(values(read(file).at("w")), (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(state_dict(read(file)).at("w").shape, (tensor::Shape{2, 3}));
  }
  for (const std::string& file : both(tensor({.size = {3, 2}, .stride = {1, 3}}))) {
    EXPECT_EQ(values(read(file)), (std::vector<double>{1, 4, 2, 5, 3, 6}));
  }
  for (const std::string& file : both(tensor({.offset = 5, .size = {3}, .stride = {0}}))) {
    EXPECT_EQ(values(read(file)), (std::vector<double>{6, 6, 6}));
  }
  for (const std::string& file : both(tensor({.offset = 2, .size = {}, .stride = {}}))) {
    EXPECT_EQ(values(read(file)), (std::vector<double>{3}));
  }
}

TEST(TorchFile, TensorsWithoutGapsBorrowTheFile) {
  for (const std::string& file : both(tensor())) {
    const auto owner = std::make_shared<const std::string>(file);
    const Array array = read_torch(*owner, "x.pt", owner).array();
    EXPECT_EQ(array.owner, owner);
    EXPECT_TRUE(array.bytes.data() > owner->data());
    EXPECT_TRUE(array.bytes.data() < owner->data() + owner->size());
  }
}

TEST(TorchFile, DeflatedAndBigEndianArchives) {
  const std::string file =
      make_zip({{.name = "a/data.pkl", .content = pickle(tensor()), .deflated = true},
                {.name = "a/data/0", .content = kSix, .deflated = true}});
  EXPECT_EQ(values(read(file)), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  const std::string two = "\x3f\x80\x00\x00\x40\x00\x00\x00"s;  // 1 and 2
  const std::string big = archive(tensor({.elements = 2, .size = {2}, .stride = {1}}), two,
                                  {{.name = "a/byteorder", .content = "big"}});
  EXPECT_EQ(values(read(big)), (std::vector<double>{1, 2}));
  expect_refused(archive(tensor(), kSix, {{.name = "a/byteorder", .content = "odd"}}),
                 "byte order 'odd'");
}

TEST(TorchFile, UntypedStoragesTakeTheTypeOfTheTensor) {
  const Tensor bytes{.storage = "UntypedStorage", .elements = 24};
  const auto v3 = [&](const std::string& type) {
    return call(name("torch._utils", "_rebuild_tensor_v3"),
                {storage(bytes), integer(1), integers({2}), integers({2}), "\x89", "N",
                 name("torch", type), dict({})});
  };
  EXPECT_EQ(values(read(archive(v3("float32")))), (std::vector<double>{2, 4}));
  expect_refused(archive(v3("qint8")), "expected an element type, got the class torch.qint8");
}

TEST(TorchFile, ForeignClassesStayAsRecords) {
  const std::string settings = object(name("omegaconf.dictconfig", "DictConfig"),
                                      dict({text("type"), name("typing", "Any")}));
  const std::string parameter =
      call(name("torch._utils", "_rebuild_parameter"),
           {tensor(), "\x88", call(name("collections", "OrderedDict"), {})});
  for (const std::string& file :
       both(dict({text("state_dict"), dict({text("w"), parameter}), text("settings"), settings}))) {
    const Value checkpoint = read(file);
    EXPECT_EQ(state_dict(checkpoint).size(), 1u);
    const Value record = checkpoint.at("settings");
    EXPECT_TRUE(record.is_record("omegaconf.dictconfig", "DictConfig"));
    EXPECT_TRUE(record.at("type").is(Kind::kClass));
    EXPECT_EQ(record.at("type").name(), "Any");
  }
  for (const std::string& file : both(call(name("os", "system"), {text("true")}))) {
    expect_refused(file, "would call 'os.system'");
  }
  expect_refused(archive("("s + text("true") + "ios\nsystem\n"), "would call 'os.system'");
  // A plain pickle does not keep them.
  EXPECT_THAT(message_of([&] { read_pickle(pickle(settings), "x.pkl"); }),
              HasSubstr("omegaconf.dictconfig.DictConfig"));
}

TEST(TorchFile, DamagedTensorsAreRefused) {
  const int64_t most = INT64_MAX;
  for (const Tensor& t : std::vector<Tensor>{{.offset = 1},
                                             {.offset = -1},
                                             {.offset = most},
                                             {.size = {3, 3}},
                                             {.size = {-2, -3}},
                                             {.size = {most, most}, .stride = {0, 0}},
                                             {.size = {2, 3}, .stride = {-3, 1}},
                                             {.size = {2, 3}, .stride = {most, most}},
                                             {.size = {most}, .stride = {0}},
                                             {.size = {2, 3}, .stride = {3}},
                                             {.elements = most},
                                             {.elements = -1},
                                             {.elements = 5},
                                             {.key = "1"},
                                             {.storage = "QInt8Storage"},
                                             {.storage = "Tensor"}}) {
    for (const std::string& file : both(tensor(t))) expect_refused(file, "");
  }
  for (const char* key : {"../0", "", "0/0", "data.pkl"}) {
    const std::string content =
        archive(tensor({.key = key}), kSix, {{.name = "a/data/"s + key + " ", .content = kSix}});
    expect_refused(content, "is no number");
  }
  expect_refused(archive(tensor() + "0"s + text("0") + "Q"), "reference to a torch storage");
  expect_refused(make_zip({{.name = "a/version", .content = "3"}}), "not one of torch");
  expect_refused(make_zip({}), "not one of torch");
  expect_refused(legacy_torch(tensor(), {}), "missing");
  expect_refused(legacy_torch(tensor(), {{"0", 7, kSix}}), "has 7 elements, expected 6");
  expect_refused(legacy_torch(tensor(), {{"1", 6, kSix}}), "not one that the tensors need");
  expect_refused(legacy_torch(tensor(), {{"0", 6, "short"}}), "cut off");
  expect_refused(pickle(integer(7)), "not a torch file");
}

TEST(TorchFile, NoCutAndNoChangedByteDoesHarm) {
  for (const std::string& file : both(dict({text("w"), tensor(), text("v"), tensor()}))) {
    for (size_t length = 0; length < file.size(); ++length) {
      EXPECT_NE(message_of([&] { read(file.substr(0, length)); }), "") << length;
    }
    for (size_t at = 0; at < file.size(); ++at) {
      for (const int change : {1, 2, 16, 0x80, 0xff}) {
        std::string damaged = file;
        damaged[at] = static_cast<char>(damaged[at] ^ change);
        EXPECT_EQ(message_of([&] { read(damaged); }).find('\n'), std::string::npos);
      }
    }
  }
}

TEST(TorchFile, SmallFilesDoNotBecomeLarge) {
  // 10 MB from one number, many times.
  const std::string expanded = tensor({.size = {2500000}, .stride = {0}});
  expect_refused(archive("]("s + repeated(expanded, 20) + "e"), "more memory");
  const std::string zeros(size_t{40} << 20, '\0');
  const int64_t count = static_cast<int64_t>(zeros.size() / 4);
  const Tensor all{.elements = count, .size = {count}, .stride = {1}};
  const std::string bomb = make_zip({{.name = "a/data.pkl", .content = pickle(tensor(all))},
                                     {.name = "a/data/0", .content = zeros, .deflated = true}});
  expect_refused(bomb, "more memory");
}

TEST(TorchFile, FilesInsideOfPicklesAreReadOnceAndNotTooDeeply) {
  const auto load = [](const std::string& file) {
    return call(name("torch.storage", "_load_from_bytes"), {bytes(file)});
  };
  const std::string inner = legacy_torch(storage({}), {{"0", 6, kSix}});
  const std::string outer =
      pickle(call(name("torch._utils", "_rebuild_tensor_v2"),
                  {load(inner), integer(0), integers({3}), integers({2}), "\x89", dict({})}));
  EXPECT_EQ(values(read_pickle(outer, "x.pkl")), (std::vector<double>{1, 3, 5}));
  const std::string twice = pickle(name("torch.storage", "_load_from_bytes") + "q\x01" +
                                   bytes(inner) + "\x85q\x02R" + "h\x01h\x02R\x86");
  const Value value = read_pickle(twice, "x.pkl");
  EXPECT_EQ(value.item(0).identity(), value.item(1).identity());
  std::string deep = inner;
  for (int i = 0; i < 10; ++i) deep = legacy_torch(load(deep), {});
  expect_refused(deep, "nested too deeply");
  const std::string foreign = legacy_torch(object(name("os", "x"), dict({})), {});
  EXPECT_THAT(message_of([&] { read_pickle(pickle(load(foreign)), "x.pkl"); }), HasSubstr("os.x"));
}

std::string sparse(const std::string& type, const std::string& shape,
                   const std::vector<std::string>& more) {
  std::vector<std::string> state = {text("_shape"), shape, text("data"),
                                    array(dtype("f8"), {3}, raw<double>({1, 2, 3}))};
  state.insert(state.end(), more.begin(), more.end());
  return pickle(object(name("scipy.sparse._" + type, type + "_matrix"), dict(state)));
}

std::string index(const std::vector<int32_t>& values) {
  return array(dtype("i4"), {static_cast<int64_t>(values.size())}, raw(values));
}

TEST(DenseArray, SparseMatrices) {
  const std::string shape = integers({2, 3});
  const std::vector<double> expected = {1, 0, 3, 0, 2, 0};
  const auto dense = [](const std::string& content) {
    return to_double(dense_array(read_pickle(content, "x.pkl"), "x"));
  };
  const std::string csr =
      sparse("csr", shape, {text("indices"), index({0, 2, 1}), text("indptr"), index({0, 2, 3})});
  EXPECT_EQ(dense(csr), (std::vector<double>{1, 0, 2, 0, 3, 0}));
  const std::string csc = sparse(
      "csc", shape, {text("indices"), index({0, 1, 0}), text("indptr"), index({0, 1, 2, 3})});
  EXPECT_EQ(dense(csc), expected);
  const std::string coo =
      sparse("coo", shape, {text("row"), index({0, 1, 0}), text("col"), index({0, 1, 2})});
  EXPECT_EQ(dense(coo), expected);
}

TEST(DenseArray, DamagedSparseMatricesAreRefused) {
  const auto refuse = [](const std::string& shape, const std::vector<int32_t>& indices,
                         const std::vector<int32_t>& starts) {
    const std::string content =
        sparse("csc", shape, {text("indices"), index(indices), text("indptr"), index(starts)});
    expect_little_memory([&] { dense_array(read_pickle(content, "x.pkl"), "x"); });
    EXPECT_NE(message_of([&] { dense_array(read_pickle(content, "x.pkl"), "x"); }), "");
  };
  const std::string shape = integers({2, 3});
  refuse(shape, {0, 2, 0}, {0, 1, 2, 3});
  refuse(shape, {0, -1, 0}, {0, 1, 2, 3});
  refuse(shape, {0, 1}, {0, 1, 2, 3});
  refuse(shape, {0, 1, 0}, {0, 1, 2, 4});
  refuse(shape, {0, 1, 0}, {0, 2, 1, 3});
  refuse(shape, {0, 1, 0}, {-1, 1, 2, 3});
  refuse(shape, {0, 1, 0}, {});
  refuse(integers({INT64_MAX, INT64_MAX}), {0, 1, 0}, {0, 1, 2, 3});
  refuse(integers({1 << 20, 1 << 20}), {0, 1, 0}, {0, 1, 2, 3});
  refuse(integers({-2, 3}), {0, 1, 0}, {0, 1, 2, 3});
  refuse(integers({2}), {0, 1, 0}, {0, 1, 2, 3});
}

TEST(DenseArray, ChumpyValues) {
  const std::string content = pickle(object(
      name("chumpy.ch", "Ch"), dict({text("x"), array(dtype("f8"), {2}, raw<double>({1, 2}))})));
  EXPECT_EQ(to_double(dense_array(read_pickle(content, "x.pkl"), "x")),
            (std::vector<double>{1, 2}));
  const std::string plain = pickle(text("x"));
  EXPECT_EQ(message_of([&] { dense_array(read_pickle(plain, "x.pkl"), "v"); }),
            "v: expected an array, got the text 'x'");
}

}  // namespace
}  // namespace flowtalk::formats
