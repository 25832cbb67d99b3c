// The index of sharded weights, and the shards that it names.
#include "flowtalk/encoder/shard_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/made_folder.h"

namespace flowtalk::encoder {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    read_shard_index(text, "x.index.json");
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("x.index.json"));
    return e.what();
  }
  return "";
}

TEST(ShardIndex, NamesTheFileOfEachTensor) {
  const auto index = read_shard_index(
      R"({"metadata": {"total_size": 1}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.bin",
          "c": "m-1.safetensors"}})",
      "x");
  EXPECT_EQ(index.file_of.at("b"), "m-2.bin");
  EXPECT_EQ(index.file_of.size(), 3u);
  EXPECT_EQ(index.files(), (std::set<std::string>{"m-1.safetensors", "m-2.bin"}));
}

TEST(ShardIndex, NoFileOutsideOfTheFolder) {
  for (const char* file : {"../m.safetensors", "/etc/m.bin", "a/m.bin", "..\\m.bin", ".m.bin", "",
                           ".bin", "passwd", "x.pkl"}) {
    const Json json = {{"weight_map", {{"a", file}}}};
    EXPECT_THAT(refusal(json.dump()), HasSubstr("'a' is said to stand in")) << file;
  }
  const std::string nul = R"({"weight_map": {"a": "m\u0000.bin"}})";
  EXPECT_THAT(refusal(nul), HasSubstr("'m\\x00.bin'"));
  EXPECT_THAT(refusal(Json{{"weight_map", {{"a", std::string(300, 'a') + ".bin"}}}}.dump()),
              HasSubstr("is said to stand in"));
}

TEST(ShardIndex, HostileTextIsRefused) {
  EXPECT_THAT(refusal("[]"), HasSubstr("weight_map"));
  EXPECT_THAT(refusal("{}"), HasSubstr("weight_map"));
  EXPECT_THAT(refusal(R"({"weight_map": {}})"), HasSubstr("weight_map"));
  EXPECT_THAT(refusal(R"({"weight_map": ["a"]})"), HasSubstr("weight_map"));
  EXPECT_THAT(refusal(R"({"weight_map": {"a": 3}})"), HasSubstr("number"));
  EXPECT_THAT(refusal(R"({"weight_map": {"a": "m.bin", "a": "n.bin"}})"), HasSubstr("twice"));
  EXPECT_THAT(refusal(R"({"weight_map")"), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal(std::string(1 << 20, ' ')), HasSubstr("1048576 bytes"));
  Json many;
  for (int i = 0; i < 1001; ++i)
    many["weight_map"][fmt::format("{}", i)] = fmt::format("{}.bin", i);
  EXPECT_THAT(refusal(many.dump()), HasSubstr("1001 files"));
}

struct Shards : MadeFolder {
  static constexpr const char* kIndex = "model.safetensors.index.json";
  static std::string name_of(int shard) {
    return fmt::format("model-{:05}-of-00003.safetensors", shard + 1);
  }
  // The tensors by turns into three files.
  void save_shards(const std::string& prefix = "") {
    save_file(folder / "config.json", config.dump());
    std::vector<formats::NamedTensors> parts(3);
    map.clear();
    for (const auto& entry : named(prefix)) {
      const size_t part = map.size() % 3;
      parts[part].push_back(entry);
      map[entry.first] = name_of(static_cast<int>(part));
    }
    for (int i = 0; i < 3; ++i) {
      formats::save_safetensors(folder / name_of(i), parts[static_cast<size_t>(i)]);
    }
    save_index();
  }
  void save_index() { save_file(folder / kIndex, Json{{"weight_map", map}}.dump()); }

  std::map<std::string, std::string> map;
};

TEST_F(Shards, AreTheEncoderOfOneFile) {
  save();
  const Read whole = read();
  fs::remove(folder / "model.safetensors");
  for (const char* prefix : {"", "module.hubert."}) {
    save_shards(prefix);
    EXPECT_EQ(read(), whole) << prefix;
    EXPECT_EQ(read(folder / kIndex), whole);
    EXPECT_EQ(read(folder / name_of(1)), whole);  // one shard stands for all
  }
}

TEST_F(Shards, MustBeThereAndAgreeWithTheIndex) {
  save_shards();
  map["encoder.layer_norm.bias"] = name_of(map["encoder.layer_norm.bias"] == name_of(0) ? 1 : 0);
  save_index();
  expect_problem({kIndex, "'encoder.layer_norm.bias'", "which does not hold it"});
  map.erase("encoder.layer_norm.bias");
  save_index();
  expect_problem({kIndex, "'encoder.layer_norm.bias'", "which the index does not name"});
  save_shards();
  formats::save_safetensors(folder / name_of(0), {{"encoder.layer_norm.bias", random({8})},
                                                  {"encoder.layer_norm.weight", random({8})}});
  expect_problem({kIndex, "fetch the folder again"});
  save_shards();
  fs::remove(folder / name_of(1));
  expect_problem({kIndex, "1 of 3 shards are not there", "model-00002-of-00003"});
  fs::create_symlink("../blobs/none", folder / name_of(1));
  expect_problem({kIndex, "1 of 3 shards are not there"});
}

TEST(Shard, CaseReadsAsTheWholeFile) {
  const fs::path shards = golden_folder("../cases/hubert-variants/shards");
  if (!fs::exists(shards))
    GTEST_SKIP() << "skipped: no cases at " << shards << ", which are no part of the repository";
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  const std::vector<float> wave(2000, 0.25f);
  const auto states = [&](const fs::path& folder) {
    const StoredEncoder stored(folder);
    const auto hubert = stored.make(ops);
    return ops.to_host(hubert(ops, ops.constant({1, 2000}, wave)));
  };
  EXPECT_EQ(states(shards), states(golden_folder("../cases/hubert-with-a-head/plain")));
}

}  // namespace
}  // namespace flowtalk::encoder
