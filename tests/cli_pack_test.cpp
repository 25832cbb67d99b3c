// Training from a packed data set, through the command line.
#include <gmock/gmock.h>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "tests/same_files.h"
#include "tests/tiny_training.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Pack : TinyTraining {
  static inline const std::vector<std::string> kSizes = {
      "train.steps_per_epoch=4", "train.batch=4", "train.window_frames=16", "train.max_epoch=2"};

  std::vector<std::string> with(const std::vector<std::string>& sets) const {
    std::vector<std::string> all = kSizes;
    all.insert(all.end(), sets.begin(), sets.end());
    return all;
  }
  void expect_same(const std::string& a, const std::string& b) const {
    for (const char* name : {"last/weights.safetensors", "last/config.json", "losses.csv"}) {
      EXPECT_TRUE(same_files(file(a) / name, file(b) / name));
    }
  }
  Outcome train_on(const std::string& dataset, const std::string& stage,
                   const std::vector<std::string>& sets,
                   const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"train", stage, "--dataset", dataset};
    for (const std::string& set : sets) args.insert(args.end(), {"--set", set});
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
  Outcome pack(const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"data", "pack"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
};

TEST_F(Pack, TrainsTheSameBitsAsTheDataSet) {
  write_clip("M003_003_1_2");  // another emotion, and a clip of the test split
  write_clip("W009_040_0_0");
  const Outcome packed = pack({"--dataset", ".", "-o", "packed"});
  ASSERT_EQ(packed.code, 0) << packed.err;
  EXPECT_THAT(packed.out, HasSubstr("packed: 8 clips and copies, packed"));
  const Outcome seen = run({"inspect", "--json", "packed"});
  EXPECT_THAT(seen.out, AllOf(HasSubstr("packed_dataset"), HasSubstr("\"clips\":8")));
  const Outcome checked = run({"data", "check", "packed"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("as they were packed"));

  const auto prior = with({"model.prior.latent=4", "model.prior.vae.hidden=16"});
  const auto twice = [&](const std::string& stage, const std::string& name,
                         const std::vector<std::string>& sets,
                         const std::vector<std::string>& more) {
    for (const char* from : {".", "packed"}) {
      std::vector<std::string> words = {"-o", name + (from[0] == '.' ? "-files" : "-packed")};
      words.insert(words.end(), more.begin(), more.end());
      const Outcome trained = train_on(from, stage, sets, words);
      ASSERT_EQ(trained.code, 0) << stage << ": " << trained.err;
    }
    expect_same(name + "-files", name + "-packed");
  };
  twice("prior", "prior", prior, {});
  twice("prior", "paper", prior, {"--protocol", "paper"});
  twice("classifier", "classifier", kSizes, {});
  twice("generator", "flow", with({"model.generator.flow.hidden=16"}), {"--prior", "prior-files"});
  twice("generator", "uncopied", with({"copies=0", "model.generator.flow.hidden=16"}),
        {"--prior", "prior-files"});
  twice("generator", "one", with({"model.generator.flow.hidden=16"}),
        {"--prior", "prior-files", "--train-subjects", "M003", "--ranks", "2"});
}

TEST_F(Pack, PartsMakeTheSameShardsInOrder) {
  for (const char* stem : {"M003_003_0_0", "M003_004_0_0"}) write_clip(stem);
  const std::vector<std::string> words = {"--dataset", ".", "-o", "parts", "--encoder", "none"};
  for (const char* part : {"2/3", "1/3"}) {
    std::vector<std::string> own = words;
    own.insert(own.end(), {"--part", part});
    ASSERT_EQ(pack(own).code, 0);
  }
  const Outcome early = pack({"-o", "parts", "--merge"});
  EXPECT_EQ(early.code, 1);
  EXPECT_THAT(early.err, HasSubstr("part 3 of 3 is missing; make it with --part 3/3"));
  std::vector<std::string> own = words;
  own.insert(own.end(), {"--part", "3/3"});
  ASSERT_EQ(pack(own).code, 0);
  ASSERT_EQ(pack({"-o", "parts", "--merge"}).code, 0);
  const auto sizes = with({"model.prior.latent=4", "model.prior.vae.hidden=16"});
  ASSERT_EQ(train_on(".", "prior", sizes, {"-o", "a"}).code, 0);
  const Outcome trained = train_on("parts", "prior", sizes, {"-o", "b"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  expect_same("a", "b");
}

TEST_F(Pack, WhatDoesNotFitIsRefused) {
  ASSERT_EQ(pack({"--dataset", ".", "-o", "mute", "--encoder", "none"}).code, 0);
  const auto refused = [&](const std::vector<std::string>& args) {
    const Outcome got = run(args);
    EXPECT_NE(got.code, 0);
    return got.err;
  };
  EXPECT_THAT(refused({"train", "generator", "--dataset", "mute", "--prior", "none", "-o", "x"}),
              HasSubstr("was packed without speech features"));
  EXPECT_THAT(
      refused({"data", "pack", "--dataset", "mute", "-o", "again"}),
      AllOf(HasSubstr("is a packed data set already; give --dataset"), Not(HasSubstr("\n\n"))));
  EXPECT_THAT(refused({"data", "pack", "--dataset", ".", "-o", "mute"}),
              HasSubstr("choose another folder for --out"));
  EXPECT_THAT(refused({"evaluate", "--dataset", "mute"}), HasSubstr("is a packed data set"));
  EXPECT_THAT(refused({"data", "pack", "--dataset", "."}), HasSubstr("give --out"));

  ASSERT_EQ(pack({"--dataset", ".", "-o", "packed"}).code, 0);
  EXPECT_THAT(refused({"train", "generator", "--dataset", "packed", "--prior", "none", "-o", "x",
                       "--set", "copies=2"}),
              HasSubstr("holds 1 copies"));
  EXPECT_THAT(refused({"train", "generator", "--dataset", "packed", "--prior", "none", "-o", "x",
                       "--set", "augment.noise=0.1"}),
              HasSubstr("with other changes to the voice"));
  Json list = parse_json(load_file(file("packed/packed.json")), "list");
  list["encoder"] = "0123";
  save_file(file("packed/packed.json"), list.dump());
  EXPECT_THAT(refused({"train", "generator", "--dataset", "packed", "--prior", "none", "-o", "x"}),
              HasSubstr("features of another encoder (0123"));
  EXPECT_FALSE(fs::exists(file("x/last")));
}

}  // namespace
}  // namespace flowtalk::tests
