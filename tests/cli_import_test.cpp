// flowtalk data import-mead: MEAD's trees in, a data set out that the check accepts.
#include <gmock/gmock.h>

#include "flowtalk/base/files.h"
#include "flowtalk/data/test_mead.h"
#include "flowtalk/data/test_set.h"
#include "flowtalk/render/image.h"
#include "flowtalk/video/writer.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class CliImport : public CommandLine {
 protected:
  // EMICA's file and MEAD's m4a (AAC in an mp4 container) of one take.
  void add_take(const std::string& id, const std::string& take, uint64_t seed) const {
    data::write_emica_file(file("emica/" + id + "/front/" + take + "/shape_pose_cam.hdf5"),
                           data::numbered_motion(50, static_cast<float>(seed)));
    video::VideoOptions options;
    options.width = options.height = 16;
    const fs::path film = file("film.mp4"), sound = file("mead/" + id + "/audio/" + take + ".m4a");
    make_parent_folder(sound);
    video::VideoWriter writer(film, options,
                              video::soundtrack_of(data::make_test_clip(seed, 50).sound));
    for (int t = 0; t < 50; ++t) writer.add(render::Image(16, 16));
    writer.finish();
    fs::rename(film, sound);
  }
  Outcome import(std::vector<std::string> more = {}) const {
    std::vector<std::string> args{"data", "import-mead", "--reconstruction", "emica", "--audio",
                                  "mead", "-o",          "datasets"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
};

TEST_F(CliImport, TakesBecomeClips) {
  add_take("M003", "neutral/level_1/001", 1);
  add_take("M003", "angry/level_3/025", 2);
  const Outcome outcome = import();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 clips written"));
  for (const char* stem : {"M003_001_0_0", "M003_025_6_2"}) {
    EXPECT_TRUE(fs::exists(file(std::string("datasets/mead/param/") + stem + ".npy")));
    const audio::Audio sound =
        audio::load_audio(file(std::string("datasets/mead/wav/") + stem + ".wav"));
    EXPECT_NEAR(sound.duration_s(), 2.0, 0.07);
  }
  EXPECT_THAT(import().out, HasSubstr("0 clips written, 0.0 min; 2 were there"));
  EXPECT_EQ(import({"--quiet"}).out, "");
  EXPECT_THAT(run({"data", "check", "datasets/mead"}).out, HasSubstr("2 clips of 1 styles"));
}

TEST_F(CliImport, DamageEndsWithOneAfterTheRestIsDone) {
  add_take("M003", "neutral/level_1/001", 1);
  add_take("M003", "neutral/level_1/002", 2);
  write("emica/M003/front/neutral/level_1/002/shape_pose_cam.hdf5", "no numbers");
  EXPECT_TRUE(failed_with(import({"-q"}), 1, {"1 files", "left_out.tsv"}));
  EXPECT_THAT(load_file(file("datasets/mead/left_out.tsv")), HasSubstr("002/shape_pose_cam.hdf5"));
  EXPECT_THAT(import().out, HasSubstr("1 were there"));
  EXPECT_THAT(import().out, HasSubstr("left out: damaged (1)"));
}

TEST_F(CliImport, MistakesAreNamed) {
  EXPECT_TRUE(failed_with(run({"data", "import-mead"}), 2, {"--reconstruction"}));
  EXPECT_TRUE(failed_with(import({"-q"}), 1, {"emica", "no such folder"}));
  fs::create_directories(file("emica"));
  EXPECT_TRUE(failed_with(import({"-q"}), 1, {"emica", "shape_pose_cam.hdf5"}));
  add_take("M003", "neutral/level_1/001", 1);
  fs::remove_all(file("mead"));
  fs::create_directories(file("mead"));
  EXPECT_TRUE(failed_with(import({"-q"}), 1, {"no take has both"}));
}

}  // namespace
}  // namespace flowtalk::tests
