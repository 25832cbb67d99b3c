// Damaged HDF5: whatever becomes of libhdf5, this program goes on and says which file it was.
#include "flowtalk/data/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/test_mead.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  return "";
}

struct DamagedHdf5 : ::testing::Test {
  // Arrays that fit what was promised, or a refusal that names the file.
  void expect_reason_or_arrays() const {
    try {
      const auto arrays = load_hdf5(file, {"shape", "exp", "jaw"}, 10'000);
      ASSERT_EQ(arrays.size(), 3u);
      for (const auto& array : arrays) EXPECT_LE(array.size(), 10'000);
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr(file.string()));
    }
  }
  tests::ScratchFolder folder;
  const fs::path file = folder / "take.hdf5";
};

TEST_F(DamagedHdf5, FlippedBytesAndCutsNeverEndTheProgram) {
  for (const bool deflated : {false, true}) {
    fs::remove(file);
    write_emica_file(file, numbered_motion(4, 1), {.deflated = deflated});
    const std::string good = load_file(file);
    for (uint64_t i = 0; i < 150; ++i) {
      Rng rng = Rng(7).fork(i).fork(deflated ? 1 : 0);
      std::string bytes = good;
      const auto last = static_cast<int64_t>(bytes.size()) - 1;
      if (i % 5 == 4) {
        bytes.resize(static_cast<size_t>(rng.integer(0, last)));
      } else {
        // Most of what libhdf5 follows stands at the beginning.
        const int64_t reach = i % 2 == 0 ? std::min<int64_t>(last, 2500) : last;
        for (int n = 0; n < 1 + static_cast<int>(i % 7); ++n) {
          bytes[static_cast<size_t>(rng.integer(0, reach))] =
              static_cast<char>(rng.integer(0, 255));
        }
      }
      save_file(file, bytes);
      expect_reason_or_arrays();
    }
  }
}

TEST_F(DamagedHdf5, APointerOfGitLfsIsCalledOne) {
  save_file(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n");
  EXPECT_THAT(message_of([&] { load_hdf5(file, {"exp"}, 10); }), HasSubstr("`git lfs pull`"));
}

}  // namespace
}  // namespace flowtalk::data
