#include "flowtalk/data/packed.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/pack.h"
#include "flowtalk/motion/layout.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tests::refusal;

constexpr int kChannels = 6;

PackedFacts facts() {
  PackedFacts facts;
  facts.encoder = "abc";
  facts.speech_channels = kChannels;
  facts.copies = 2;
  return facts;
}

tensor::Tensor ramp(int64_t frames, int64_t width, float from) {
  tensor::Tensor x({frames, width});
  for (int64_t i = 0; i < x.size(); ++i) x[i] = from + 0.25f * static_cast<float>(i);
  return x;
}

ClipName name_of_clip(size_t i) { return {static_cast<int>(i % 3), static_cast<int>(i) + 1, 0, 0}; }

// A clip of 10 + i frames and one more of speech; every fourth has no speech.
void add(Packer& packer, size_t i) {
  const auto frames = static_cast<int64_t>(10 + i);
  const auto from = static_cast<float>(100 * i);
  packer.add(name_of_clip(i), 0, ramp(frames, motion::kLive, from),
             i % 4 == 3 ? tensor::Tensor() : ramp(frames + 1, kChannels, -from));
}

class PackedTest : public ::testing::Test {
 protected:
  static constexpr size_t kClips = 11;

  void pack(const fs::path& folder, const Part& part, int64_t shard_bytes) const {
    Packer packer(folder, part, facts(), shard_bytes);
    const Range own = range_of(part, kClips);
    for (size_t i = own.first; i < own.last; ++i) add(packer, i);
    packer.finish();
  }
  static void expect_all(const fs::path& folder) {
    const Packed packed(folder);
    ASSERT_EQ(packed.size(), kClips);
    for (size_t i = 0; i < kClips; ++i) {
      EXPECT_EQ(packed[i].name, name_of_clip(i));
      const auto frames = static_cast<int64_t>(10 + i);
      const auto from = static_cast<float>(100 * i);
      EXPECT_THAT(packed.motion(i).values(),
                  ::testing::ElementsAreArray(ramp(frames, motion::kLive, from).values()));
      const tensor::Tensor speech = packed.speech(i);
      if (i % 4 == 3) {
        EXPECT_TRUE(speech.empty());
      } else {
        EXPECT_THAT(speech.values(),
                    ::testing::ElementsAreArray(ramp(frames + 1, kChannels, -from).values()));
      }
    }
  }

  tests::ScratchFolder root;
};

TEST_F(PackedTest, HoldsWhatWasPackedInAnyNumberOfShardsAndParts) {
  pack(root / "one", {}, 1 << 20);
  expect_all(root / "one");
  EXPECT_EQ(load_packed_list(root / "one" / kPackedIndex).shards.size(), 1u);
  pack(root / "many", {}, 6000);
  expect_all(root / "many");
  EXPECT_GT(load_packed_list(root / "many" / kPackedIndex).shards.size(), 3u);
  for (const size_t parts : {size_t{2}, size_t{5}, size_t{40}}) {
    const fs::path folder = root / fmt::format("parts{}", parts);
    for (size_t k = parts; k-- > 0;) pack(folder, {k, parts}, 6000);
    EXPECT_FALSE(is_packed(folder));
    merge_parts(folder);
    expect_all(folder);
    check_packed(folder, true);
  }
}

TEST_F(PackedTest, APartThatIsThereIsKept) {
  pack(root / "x", {0, 2}, 1 << 20);
  EXPECT_TRUE(Packer(root / "x", {0, 2}, facts(), 1 << 20).there());
  EXPECT_FALSE(Packer(root / "x", {1, 2}, facts(), 1 << 20).there());
  PackedFacts others = facts();
  others.encoder = "def";
  EXPECT_THAT(refusal([&] {
                Packer(root / "x", {0, 2}, others, 1 << 20);
              }),
              HasSubstr("00001-of-00002.part.json: is a part with other conditions"));
}

TEST_F(PackedTest, PartsThatDoNotMakeAWholeAreRefused) {
  EXPECT_THAT(refusal([&] { merge_parts(root / "x"); }), HasSubstr("holds no parts"));
  pack(root / "x", {0, 3}, 1 << 20);
  pack(root / "x", {2, 3}, 1 << 20);
  EXPECT_THAT(refusal([&] { merge_parts(root / "x"); }), HasSubstr("part 2 of 3 is missing"));
  pack(root / "x", {1, 2}, 1 << 20);
  EXPECT_THAT(refusal([&] { merge_parts(root / "x"); }), HasSubstr("delete those that are not"));
  fs::remove(root / "x" / "00002-of-00002.part.json");
  pack(root / "x", {1, 3}, 1 << 20);
  merge_parts(root / "x");
  expect_all(root / "x");
  EXPECT_THAT(refusal([&] { pack(root / "x", {}, 1 << 20); }),
              HasSubstr("is a packed data set already"));
}

TEST_F(PackedTest, DamageIsRefused) {
  pack(root / "x", {}, 6000);
  const fs::path shard = root / "x" / "00001-00002.safetensors";
  const std::string bytes = load_file(shard);
  save_file(shard, bytes.substr(0, bytes.size() - 4));
  EXPECT_THAT(refusal([&] { Packed(root / "x"); }), HasSubstr("expected"));
  std::string changed = bytes;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  save_file(shard, changed);
  EXPECT_EQ(refusal([&] { Packed(root / "x"); }), "was taken");  // its values are not looked at
  EXPECT_THAT(refusal([&] { check_packed(root / "x", true); }), HasSubstr("its SHA-256 is"));
  fs::remove(shard);
  EXPECT_THAT(refusal([&] { Packed(root / "x"); }),
              HasSubstr("00001-00002.safetensors: is missing"));
  save_file(shard, bytes);

  const fs::path list = root / "x" / kPackedIndex;
  const std::string text = load_file(list);
  const auto with = [&](const char* pointer, const Json& value) {
    Json json = parse_json(text, "list");
    json[Json::json_pointer(pointer)] = value;
    save_file(list, json.dump());
    return refusal([&] { Packed(root / "x"); });
  };
  EXPECT_THAT(with("/format", 2), HasSubstr("format: expected between 1 and 1"));
  EXPECT_THAT(with("/shards", Json::array()), HasSubstr("holds no clip"));
  EXPECT_THAT(with("/shards/0/file", "../x.safetensors"), HasSubstr("is no name of a shard"));
  EXPECT_THAT(with("/shards/0/clips", 5), HasSubstr("expected 5"));
  EXPECT_THAT(with("/speech_channels", 7), HasSubstr("speech has the shape"));
  EXPECT_THAT(with("/conditions/styles", {"M003"}), HasSubstr("in column 0"));
}

TEST(PackedTable, NonsenseIsRefused) {
  const PackedFacts f = facts();
  const std::vector<PackedClip> clips = {{{1, 2, 3, 2}, 1, 40, 41, 0, 0},
                                         {{0, 1, 0, 0}, 0, 7, 0, 40, 41}};
  const tensor::Tensor good = table_of(clips);
  check_table(good, f, "x");
  for (int64_t i = 0; i < 2; ++i) EXPECT_EQ(clip_in(good, i), clips[static_cast<size_t>(i)]);
  const auto broken = [&](int64_t at, float value) {
    tensor::Tensor table = good.clone();
    table[at] = value;
    return refusal([&] { check_table(table, f, "x"); });
  };
  EXPECT_THAT(broken(0, -1), HasSubstr("in column 0"));
  EXPECT_THAT(broken(1, 0), HasSubstr("is empty"));
  EXPECT_THAT(broken(2, 1.5f), HasSubstr("in column 2"));
  EXPECT_THAT(broken(4, 3), HasSubstr("in column 4"));
  EXPECT_THAT(broken(5, 0), HasSubstr("is empty"));
  EXPECT_THAT(broken(5, 39), HasSubstr("clip 1 of the table does not follow"));
  EXPECT_THAT(broken(14, NAN), HasSubstr("in column 5"));
  EXPECT_THAT(broken(15, 1e9f), HasSubstr("in column 6"));
  EXPECT_THAT(broken(17, 40), HasSubstr("does not follow"));
  EXPECT_THAT(refusal([&] {
                check_table(tensor::Tensor::zeros({2, 7}), f, "x");
              }),
              HasSubstr("expected (N, 9)"));
}

// What is borrowed stays as it is while others read so much that pages are given back.
TEST_F(PackedTest, ThreadsReadWhilePagesAreGivenBack) {
  {
    Packer packer(root / "x", {}, facts(), 1 << 26);
    packer.add(name_of_clip(0), 0, ramp(20000, motion::kLive, 1), {});
    packer.add(name_of_clip(1), 0, ramp(20000, motion::kLive, 2), {});
    packer.finish();
  }
  const Packed packed(root / "x");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (size_t n = 0; n < 60; ++n) {
        const size_t clip = (n + t) % 2;
        const tensor::Tensor motion = packed.motion(clip);
        for (int64_t i = 0; i < motion.size(); i += 4999) {
          wrong += motion[i] != static_cast<float>(clip + 1) + 0.25f * static_cast<float>(i);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace flowtalk::data
