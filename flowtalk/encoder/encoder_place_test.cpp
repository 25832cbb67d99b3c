// What people give as an encoder: folders, files in them, the hub's cache, a hub's name, a run.
#include "flowtalk/encoder/encoder_place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/encoder/made_folder.h"
#include "tests/scratch_folder.h"

namespace flowtalk::encoder {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Place : MadeFolder {
  void SetUp() override {
    save();
    plain = read();
    setenv("HF_HUB_CACHE", cache.c_str(), 1);
  }
  void TearDown() override { unsetenv("HF_HUB_CACHE"); }
  // A snapshot as the hub's client keeps it: links into blobs.
  void add_snapshot(const std::string& revision) const {
    fs::create_directories(model / "blobs");
    fs::create_directories(model / "snapshots" / revision);
    for (const char* name : {"config.json", "model.safetensors"}) {
      const std::string blob = fmt::format("{}-{}", name, revision.size());
      fs::copy_file(folder / name, model / "blobs" / blob, fs::copy_options::overwrite_existing);
      fs::create_symlink(fs::path("../../blobs") / blob, model / "snapshots" / revision / name);
    }
  }
  void set_main(const std::string& text) const { save_file(model / "refs" / "main", text); }

  Read plain;
  tests::ScratchFolder root;
  const fs::path cache = root / "hub", model = cache / "models--someone--hubert-tiny";
};

TEST_F(Place, AFileStandsForItsFolder) {
  for (const char* name : {"model.safetensors", "config.json"}) {
    EXPECT_EQ(read(folder / name), plain) << name;
  }
  // The file that is named is read, not the one that the folder would choose.
  fs::copy_file(folder / "model.safetensors", folder / "other.safetensors");
  tensors.at("encoder.layer_norm.bias")[0] += 1;
  save();
  EXPECT_NE(read(), plain);
  EXPECT_EQ(read(folder / "other.safetensors"), plain);
  fs::copy_file(folder / "other.safetensors", root / "alone.safetensors");
  EXPECT_THAT(problem(root / "alone.safetensors"), HasSubstr("without a config.json beside it"));
}

TEST_F(Place, TheHubsCacheIsReadInEveryForm) {
  add_snapshot("abc123");
  EXPECT_EQ(read(model), plain);  // the only snapshot
  set_main("abc123\n");
  for (const fs::path& given : {model, model / "snapshots", model / "snapshots" / "",
                                model / "snapshots" / "abc123", fs::path("someone/hubert-tiny")}) {
    EXPECT_EQ(read(given), plain) << given;
  }
  EXPECT_THAT(StoredEncoder("someone/hubert-tiny").notes(),
              ::testing::ElementsAre((model / "snapshots" / "abc123").string() +
                                     ": revision abc123 of the hub's cache"));
  EXPECT_EQ(read("https://huggingface.co/someone/hubert-tiny/"), plain);
  tensors.at("encoder.layer_norm.bias")[0] += 1;
  save();
  add_snapshot("other");  // main still says which
  EXPECT_EQ(read(model), plain);
  EXPECT_NE(read(model / "snapshots" / "other"), plain);
  EXPECT_THAT(problem(cache), AllOf(HasSubstr("has no config.json"),
                                    HasSubstr("models--someone--hubert-tiny: give one of them")));
}

TEST_F(Place, WhatTheHubsCacheLacksIsSaid) {
  add_snapshot("abc123");
  add_snapshot("other");
  EXPECT_THAT(problem(model), HasSubstr("no refs/main says which; give one of its snapshots: "
                                        "abc123, other"));
  set_main("gone");
  EXPECT_THAT(problem(model), HasSubstr("gone, which refs/main names, is not complete"));
  set_main("../../etc");
  EXPECT_THAT(problem(model), HasSubstr("expected the name of a revision, got '../../etc'"));
  set_main(std::string(1000, 'a'));
  EXPECT_THAT(problem(model), HasSubstr("1000 bytes"));
  set_main("abc123");
  fs::remove(model / "blobs" / "model.safetensors-6");
  EXPECT_THAT(problem(model), HasSubstr("is a link to ../../blobs/model.safetensors-6, which is "
                                        "not there"));
  fs::remove(model / "blobs" / "config.json-6");
  fs::remove_all(model / "snapshots" / "other");
  EXPECT_THAT(problem(model), HasSubstr("no snapshot in it has a config.json"));
}

TEST_F(Place, ANameOfTheHubIsToldHowToFetchIt) {
  EXPECT_THAT(problem("facebook/hubert-base-ls960"),
              AllOf(HasSubstr("no such folder"),
                    HasSubstr("`git clone https://huggingface.co/facebook/hubert-base-ls960`"),
                    HasSubstr("give the folder hubert-base-ls960")));
  for (const char* none : {"hubert-base-ls960", "/none/hubert", "a/b/c", "../hubert"}) {
    EXPECT_THAT(problem(none), AllOf(HasSubstr("no such folder; expected a folder with config.json "
                                               "and model.safetensors"),
                                     ::testing::Not(HasSubstr("git clone"))))
        << none;
  }
}

TEST_F(Place, FoldersWithoutAnEncoderSayWhatTheyHold) {
  fs::create_directories(root / "empty");
  EXPECT_THAT(problem(root / "empty"), HasSubstr("has no config.json; expected"));
  fs::remove(folder / "model.safetensors");
  EXPECT_THAT(problem(), HasSubstr("neither model.safetensors nor pytorch_model.bin; fetch"));
  save_file(folder / "tf_model.h5", "x");
  EXPECT_THAT(problem(), HasSubstr("(but tf_model.h5, which flowtalk does not read)"));
}

TEST_F(Place, ARunStandsForItsBestCheckpoint) {
  for (const char* epoch : {"0001", "0002"}) {
    fs::create_directories(root / "epochs");
    fs::copy(folder, root / "epochs" / epoch);
  }
  fs::create_directory_symlink("epochs/0002", root / "last");
  EXPECT_EQ(find_encoder(root).folder, root / "last");
  EXPECT_EQ(find_encoder(root).which, "the last, epoch 2");
  EXPECT_EQ(read(root), plain);
}

TEST_F(Place, APointerOfGitLfsIsCalledOne) {
  const std::string pointer =
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 378000000\n";
  const std::string said =
      "is a pointer of git-lfs, not the file itself (378000000 bytes); run `git lfs pull` in " +
      folder.path().string();
  save_file(folder / "model.safetensors", pointer);
  EXPECT_THAT(problem(), HasSubstr("model.safetensors: " + said));
  fs::remove(folder / "model.safetensors");
  save_file(folder / "pytorch_model.bin", pointer);
  EXPECT_THAT(problem(), HasSubstr("pytorch_model.bin: " + said));
  save_file(folder / "other.pt", pointer);
  EXPECT_THAT(problem(folder / "other.pt"), HasSubstr("other.pt: " + said));
}

// ---- The files of people (their READMEs say what is expected)

struct Case : HuggingFace {
  void SetUp() override {
    root = golden_folder("../cases");
    if (!fs::exists(root))
      GTEST_SKIP() << "skipped: no cases at " << root << ", which are no part of the repository";
  }
  std::vector<float> states(const fs::path& given) {
    std::vector<float> wave(4000);
    for (size_t i = 0; i < wave.size(); ++i) wave[i] = static_cast<float>(i * i % 61) / 61 - 0.5f;
    const auto hubert = StoredEncoder(given).make(ops);
    return ops.to_host(hubert(ops, ops.constant({1, 4000}, wave)));
  }
  std::string refusal(const char* name) {
    return MadeFolder::message_of([&] { describe_encoder(root / "hubert-variants" / name); });
  }
  fs::path root;
};

TEST_F(Case, AHeadIsLeftUnread) {
  const fs::path with_head = root / "hubert-with-a-head" / "classifier";
  EXPECT_EQ(states(with_head), states(root / "hubert-with-a-head" / "plain"));
  EXPECT_THAT(describe_encoder(with_head).left_unread,
              HasSubstr("'classifier', 'layer_weights', 'projector'"));
}

TEST_F(Case, VariantsAreReadOrRefusedByName) {
  const auto plain = states(root / "hubert-with-a-head" / "plain");
  EXPECT_EQ(states(root / "hubert-variants" / "prefix_module"), plain);
  EXPECT_EQ(states(root / "hubert-variants" / "shards"), plain);
  EXPECT_THAT(refusal("batch_norm"), HasSubstr("config.json: conv_pos_batch_norm is true"));
  EXPECT_THAT(refusal("lfs_pointer"),
              AllOf(HasSubstr("a pointer of git-lfs"), HasSubstr("`git lfs pull`")));
}

}  // namespace
}  // namespace flowtalk::encoder
