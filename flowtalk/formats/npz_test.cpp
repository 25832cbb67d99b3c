// .npz archives made here: what is read, and the errors.
#include "flowtalk/formats/npz.h"

#include <gtest/gtest.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/zip_maker.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;

class NpzTest : public ::testing::Test {
 protected:
  std::string npy_bytes(std::vector<float> values) {
    save_npy(folder_ / "a.npy", tensor::Tensor({static_cast<int64_t>(values.size())}, values));
    return load_file(folder_ / "a.npy");
  }
  fs::path save(const std::vector<ZipPart>& parts) {
    save_file(folder_ / "x.npz", make_zip(parts));
    return folder_ / "x.npz";
  }
  std::string message_of(const std::function<void()>& f) {
    try {
      f();
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  tests::ScratchFolder folder_;
};

TEST_F(NpzTest, ReadsStoredAndDeflatedArrays) {
  Array kept;
  {
    const NpzFile file(
        save({{.name = "poses.npy", .content = npy_bytes({1, 2})},
              {.name = "deep/trans.npy", .content = npy_bytes({3}), .deflated = true}}));
    EXPECT_EQ(file.names(), (std::vector<std::string>{"poses", "deep/trans"}));
    EXPECT_TRUE(file.contains("poses"));
    EXPECT_FALSE(file.contains("betas"));
    kept = file.array("poses");
    EXPECT_EQ(file.array("deep/trans").real(0), 3);
    EXPECT_NE(message_of([&] { file.array("betas"); }).find("x.npz: has no array 'betas'"),
              std::string::npos);
  }
  EXPECT_EQ(kept.real(1), 2);
}

TEST_F(NpzTest, NamesTheDamagedArray) {
  const NpzFile file(save({{.name = "bad.npy", .content = "not numpy"}}));
  EXPECT_NE(message_of([&] { file.array("bad"); }).find("x.npz: 'bad.npy'"), std::string::npos);
  const fs::path other = save({{.name = "data.pkl", .content = "x"}});
  EXPECT_NE(message_of([&] { NpzFile{other}; }).find("'data.pkl'"), std::string::npos);
}

TEST_F(NpzTest, EveryCutIsRefused) {
  const std::string bytes = make_zip({{.name = "a.npy", .content = npy_bytes({1, 2, 3})}});
  for (size_t length = 0; length < bytes.size(); ++length) {
    save_file(folder_ / "cut.npz", bytes.substr(0, length));
    EXPECT_NE(message_of([&] { NpzFile(folder_ / "cut.npz").array("a"); }), "") << length;
  }
}

TEST_F(NpzTest, WhatIsWrittenReadsBack) {
  const std::string a = npy_bytes({1, 2}), b = npy_bytes({3});
  save_npz(folder_ / "y.npz", {{"jaw", a}, {"exp", b}});
  const NpzFile file(folder_ / "y.npz");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"jaw", "exp"}));
  EXPECT_EQ(file.bytes("jaw").bytes, a);  // its checksum is compared
  EXPECT_EQ(file.array("exp").real(0), 3);
  const std::string bytes = load_file(folder_ / "y.npz");
  save_npz(folder_ / "z.npz", {{"jaw", a}, {"exp", b}});
  EXPECT_EQ(load_file(folder_ / "z.npz"), bytes);
}

}  // namespace
}  // namespace flowtalk::formats
