#include "flowtalk/data/import_mead.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/hdf5.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/test_mead.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/layout.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

fs::path golden_sound() {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return fs::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / "formats/audio/tone.m4a";
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

class ImportMead : public ::testing::Test {
 protected:
  ImportMead() {
    options_.reconstruction = folder_ / "emica";
    options_.sound = folder_ / "mead";
    options_.out = folder_ / "out";
    options_.quiet = true;
    options_.threads = 4;
    fs::create_directories(options_.reconstruction);
    fs::create_directories(options_.sound);
  }

  fs::path motion_file(const std::string& take) const {  // "M003/front/angry/level_2/001"
    return options_.reconstruction / take / "shape_pose_cam.hdf5";
  }
  void add_sound(const std::string& name, double seconds = 0.4) const {
    audio::Audio voice;
    voice.rate_hz = 48000;
    for (int i = 0; i < static_cast<int>(48000 * seconds); ++i) {
      voice.samples.push_back(0.3f * std::sin(0.05f * static_cast<float>(i)));
    }
    audio::save_wav(options_.sound / name, voice);
  }
  // Reconstruction and sound of ID, "angry/level_2/001".
  tensor::Tensor add_take(const std::string& id, const std::string& take, float seed,
                          const Hdf5Style& style = {}) const {
    const auto motion = numbered_motion(10, seed);
    write_emica_file(motion_file(id + "/front/" + take), motion, style);
    add_sound(id + "/audio/" + take + ".wav");
    return motion;
  }
  fs::path npy(const std::string& stem) const {
    return options_.out / "mead" / "param" / (stem + ".npy");
  }
  fs::path wav(const std::string& stem) const {
    return options_.out / "mead" / "wav" / (stem + ".wav");
  }
  static std::map<std::string, std::string> reasons(const ImportReport& report) {
    std::map<std::string, std::string> kinds;
    for (const LeftOut& l : report.left_out) kinds[l.kind] = l.file + ": " + l.reason;
    return kinds;
  }

  // A file that promises 2^40 numbers and stores none, or keeps 4 of them in another file.
  void write_promise(const std::string& name, const char* dataset, bool outside) const {
    const hid_t file = H5Fcreate((folder_ / name).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t size = outside ? 4 : hsize_t{1} << 40, chunk = 1024;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    if (outside) {
      H5Pset_external(layout, "/etc/hostname", 0, 16);
    } else {
      H5Pset_chunk(layout, 1, &chunk);
    }
    H5Dclose(H5Dcreate2(file, dataset, H5T_IEEE_F32LE, space, H5P_DEFAULT, layout, H5P_DEFAULT));
    H5Pclose(layout);
    H5Sclose(space);
    H5Fclose(file);
  }

  tests::ScratchFolder folder_;
  ImportOptions options_;
};

TEST_F(ImportMead, WhatIsHeardOfSoundsIsToldByKind) {
  for (const char* take : {"angry/level_2/001", "angry/level_2/002", "angry/level_2/003"}) {
    add_take("M003", take, 1);
  }
  for (const char* take : {"001", "003"}) {
    const fs::path sound = options_.sound / fmt::format("M003/audio/angry/level_2/{}.wav", take);
    const std::string whole = load_file(sound);
    save_file(sound, whole + whole);
  }
  EXPECT_THAT(import_mead(options_).sound.lines(),
              ::testing::ElementsAre("2 files (joined into one), for example M003_001_6_1: is 2 "
                                     "WAV files joined into one; all 0.8 s are read"));
  EXPECT_TRUE(import_mead(options_).sound.lines().empty());  // nothing is read again
}

TEST_F(ImportMead, PartsAreTogetherTheWhole) {
  for (int take = 1; take <= 5; ++take) {
    add_take("M003", fmt::format("angry/level_2/{:03}", take), static_cast<float>(take));
  }
  save_file(motion_file("M003/front/angry/level_2/004"), "damaged");
  ImportOptions own = options_;
  int64_t written = 0, damaged = 0;
  for (const char* part : {"2/2", "1/2"}) {
    own.part = part;
    const ImportReport report = import_mead(own);
    written += report.written;
    damaged += report.damaged();
    EXPECT_EQ(left_out_list(own).filename(),
              part[0] == '1' ? "left_out.1-of-2.tsv" : "left_out.2-of-2.tsv");
  }
  EXPECT_EQ(written, 4);
  EXPECT_EQ(damaged, 1);
  const ImportReport whole = import_mead(options_);
  EXPECT_EQ(whole.written, 0);
  EXPECT_EQ(whole.kept, 4);
  EXPECT_EQ(whole.damaged(), 1);
  EXPECT_EQ(left_out_list(options_).filename(), "left_out.tsv");
  EXPECT_EQ(scan_dataset(options_.out / "mead").axes, motion::Axes::kFlame);
}

TEST_F(ImportMead, EveryWayToStoreATakeGivesTheSameRows) {
  float seed = 0;
  std::map<std::string, tensor::Tensor> expected;
  for (const bool doubles : {false, true}) {
    for (const bool batched : {false, true}) {
      for (const bool deflated : {false, true}) {
        const auto take = fmt::format("surprised/level_3/{:03.0f}", ++seed);
        expected[fmt::format("M003_{:03.0f}_3_2", seed)] =
            add_take("M003", take, seed, {doubles, batched, deflated});
      }
    }
  }
  expected["W029_040_0_0"] = add_take("W029", "neutral/level_1/040", 9);
  const ImportReport report = import_mead(options_);
  EXPECT_EQ(report.written, 9);
  EXPECT_NEAR(report.duration_s, 3.6, 1e-3);
  EXPECT_TRUE(report.left_out.empty());
  for (const auto& [stem, motion] : expected) {
    const tensor::Tensor got = formats::load_npy(npy(stem));
    ASSERT_EQ(got.shape(), (tensor::Shape{1, 10, motion::kWideRow})) << stem;
    EXPECT_TRUE(std::equal(got.values().begin(), got.values().end(), motion.values().begin()))
        << stem;
  }
  EXPECT_EQ(scan_dataset(options_.out / "mead").clips.size(), 9u);
  EXPECT_TRUE(scan_dataset(options_.out / "mead").misnamed.empty());
}

TEST_F(ImportMead, SoundBecomesSixteenKilohertzMono) {
  add_take("M003", "angry/level_2/001", 1);
  import_mead(options_);
  const std::string bytes = load_file(wav("M003_001_6_1"));
  EXPECT_EQ(bytes.size(), 44u + 2u * 6400u);
  EXPECT_EQ(bytes.substr(20, 8),
            std::string("\x01\x00\x01\x00\x80\x3e\x00\x00", 8));  // PCM, 16 kHz
  EXPECT_EQ(audio::load_audio(wav("M003_001_6_1")).samples.size(), 6400u);
}

TEST_F(ImportMead, SoundOfManyKindsInManyPlaces) {
  for (const char* take : {"001", "002", "003"}) {
    write_emica_file(motion_file(std::string("M003/front/sad/level_1/") + take),
                     numbered_motion(5, 1));
  }
  add_sound("M003/sad/level_1/001.wav");
  add_sound("M003/front/sad/level_1/002.wav");
  add_sound("M003/front/sad/level_1/003.wav", 0.2);  // the folder `audio` comes first
  add_sound("deeper/M003/audio/sad/level_1/003.wav", 0.6);
  const ImportReport report = import_mead(options_);
  EXPECT_EQ(report.written, 3);
  EXPECT_NEAR(audio::load_audio(wav("M003_003_2_0")).duration_s(), 0.6, 1e-3);
}

TEST_F(ImportMead, MeadsOwnSoundFiles) {
  if (!fs::exists(golden_sound())) GTEST_SKIP() << "skipped: no golden data at " << golden_sound();
  write_emica_file(motion_file("W009/front/fear/level_1/007"), numbered_motion(5, 1));
  const fs::path sound = options_.sound / "W009/audio/fear/level_1/007.m4a";
  make_parent_folder(sound);
  fs::copy_file(golden_sound(), sound);
  EXPECT_EQ(import_mead(options_).written, 1);
  EXPECT_EQ(audio::load_audio(wav("W009_007_4_0")).samples.size(),
            audio::load_audio(golden_sound()).samples.size());
}

TEST_F(ImportMead, MeadsOwnFoldersInAnyCase) {
  write_emica_file(motion_file("M003/video/front/angry/level_1/001"), numbered_motion(5, 1));
  write_emica_file(motion_file("M003/Video/Front/Angry/Level_1/002"), numbered_motion(5, 1));
  write_emica_file(options_.reconstruction / "M003/front/angry/level_1/003/SHAPE_POSE_CAM.H5",
                   numbered_motion(5, 1));
  write_emica_file(motion_file("M003/video/left_30/angry/level_1/001"), numbered_motion(5, 1));
  add_sound("M003/video/front/angry/level_1/001.wav");
  add_sound("M003/audio/Angry/LEVEL_1/002.WAV", 0.2);
  add_sound("M003/video/front/angry/level_1/002.wav", 0.4);
  add_sound("M003/video/left_30/angry/level_1/003.wav", 0.6);  // one voice, seven cameras
  const ImportReport report = import_mead(options_);
  EXPECT_EQ(report.written, 3);
  EXPECT_EQ(reasons(report).size(), 1u);
  EXPECT_THAT(reasons(report).at("other view"), HasSubstr("view left_30"));
  EXPECT_NEAR(audio::load_audio(wav("M003_002_6_0")).duration_s(), 0.2, 1e-3);
  EXPECT_NEAR(audio::load_audio(wav("M003_003_6_0")).duration_s(), 0.6, 1e-3);
}

TEST_F(ImportMead, LayoutsOfPeopleGiveOneClipEach) {
  const fs::path cases = golden_sound().parent_path() / "../../../cases/import-mead-layouts";
  if (!fs::exists(cases))
    GTEST_SKIP() << "skipped: no cases at " << cases << ", which are no part of the repository";
  for (const char* layout : {"a", "b"}) {
    options_.reconstruction = cases / layout / "rec";
    options_.sound = cases / layout / "snd";
    options_.out = folder_ / layout;
    const ImportReport report = import_mead(options_);
    EXPECT_EQ(report.written, 1) << layout;
    EXPECT_TRUE(report.left_out.empty()) << layout;
    const tensor::Tensor motion = formats::load_npy(npy("M003_001_6_0"));
    EXPECT_EQ(motion.dim(2), motion::kWideRow);
    EXPECT_NEAR(audio::load_audio(wav("M003_001_6_0")).duration_s(),
                static_cast<double>(motion.dim(1)) / 25.0, 0.1);
  }
}

TEST_F(ImportMead, WhatIsNotUnderstoodIsCountedByPattern) {
  for (int i = 1; i <= 4; ++i) {
    add_take("M003", fmt::format("joy/level_1/{:03}", i), 1);
    add_sound(fmt::format("M003/extra/clips/{:03}.mp3.wav", i));
  }
  add_take("W009", "joy/level_2/001", 1);
  add_take("W009", "happy/level_9/001", 1);
  const ImportReport report = import_mead(options_);
  const auto groups = grouped(report.left_out);
  ASSERT_GE(groups.size(), 3u);
  EXPECT_EQ(groups[0].pattern, "ID/front/joy/level_K/SEQ/shape_pose_cam.hdf5");
  EXPECT_EQ(groups[0].count, 5);
  EXPECT_EQ(groups[1].pattern, "ID/front/EMOTION/level_K/SEQ/shape_pose_cam.hdf5");
  EXPECT_EQ(groups[1].count, 1);
  EXPECT_THAT(groups[1].first.reason, HasSubstr("'level_9'"));
  EXPECT_EQ(groups[2].first.kind, "sound not understood");
  EXPECT_EQ(groups[2].pattern, "ID/audio/joy/level_K/SEQ.wav");
  EXPECT_EQ(groups[2].count, 5);
  EXPECT_EQ(pattern_of("/data/M003/video/front/angry/level_1/001.mp4"),
            "ID/video/front/EMOTION/level_K/SEQ.mp4");
  EXPECT_EQ(pattern_of("/a/b/c/d/e/f/song.mp3"), "b/c/d/e/f/song.mp3");
}

TEST_F(ImportMead, WhatIsLeftOutSaysWhy) {
  add_take("M003", "happy/level_1/001", 1);
  write_emica_file(motion_file("M003/front/happy/level_1/002"), numbered_motion(5, 1));
  add_sound("M003/audio/happy/level_1/003.wav");
  add_take("M032", "happy/level_1/001", 1);
  add_take("M004", "happy/level_1/001", 1);
  write_emica_file(motion_file("M003/left_30/happy/level_1/001"), numbered_motion(5, 1));
  const ImportReport complete = import_mead(options_);
  EXPECT_EQ(complete.written, 1);
  EXPECT_EQ(complete.damaged(), 0);
  const auto why = reasons(complete);
  EXPECT_EQ(why.size(), 5u);
  EXPECT_THAT(why.at("no sound"), HasSubstr("M003_002_1_0"));
  EXPECT_THAT(why.at("no reconstruction"), HasSubstr("M003_003_1_0"));
  EXPECT_THAT(why.at("subject without a style"), HasSubstr("M032"));
  EXPECT_THAT(why.at("unknown subject"), HasSubstr("M004"));
  EXPECT_THAT(why.at("other view"), HasSubstr("left_30"));

  options_.all_subjects = true;
  EXPECT_EQ(import_mead(options_).written, 1);
  EXPECT_TRUE(fs::exists(npy("M032_001_1_0")));
}

TEST_F(ImportMead, WrongNamesAndDamagedFilesCountAsDamage) {
  add_take("M003", "happy/level_1/001", 1);
  add_take("M003", "joy/level_1/001", 1);
  add_take("M003", "happy/level_4/001", 1);
  add_take("M003", "neutral/level_2/001", 1);
  add_take("M003", "happy/level_1/one", 1);
  add_take("M003", "happy/level_1/1", 1);  // the same take as 001
  add_take("M003", "happy/level_1/002", 1);
  fs::resize_file(motion_file("M003/front/happy/level_1/002"), 3000);
  add_take("M003", "happy/level_1/003", 1);
  save_file(options_.sound / "M003/audio/happy/level_1/003.wav", "no sound");
  const ImportReport report = import_mead(options_);
  EXPECT_EQ(report.written, 1);
  EXPECT_EQ(report.damaged(), 7);
  std::string all;
  for (const LeftOut& l : report.left_out) all += l.kind + ": " + l.file + ": " + l.reason + "\n";
  for (const char* word : {"'joy'", "'level_4'", "neutral has level_1", "'one'", "the same take as",
                           "002/shape_pose_cam.hdf5", "003.wav"}) {
    EXPECT_THAT(all, HasSubstr(word));
  }
  EXPECT_FALSE(fs::exists(npy("M003_002_1_0")));
  EXPECT_FALSE(fs::exists(wav("M003_003_1_0")));
}

TEST_F(ImportMead, GoesOnWhereItStopped) {
  add_take("M003", "happy/level_1/001", 1);
  add_take("M003", "happy/level_1/002", 2);
  add_take("M003", "happy/level_1/003", 3);
  ASSERT_EQ(import_mead(options_).written, 3);
  const std::string first = load_file(npy("M003_001_1_0"));
  save_file(npy("M003_002_1_0"), "kept as it is");
  fs::remove(npy("M003_001_1_0"));  // as after an interruption: the sound is there already
  fs::remove(wav("M003_003_1_0"));
  const ImportReport again = import_mead(options_);
  EXPECT_EQ(again.written, 2);
  EXPECT_EQ(again.kept, 1);
  EXPECT_EQ(load_file(npy("M003_001_1_0")), first);
  EXPECT_EQ(load_file(npy("M003_002_1_0")), "kept as it is");
  options_.overwrite = true;
  EXPECT_EQ(import_mead(options_).written, 3);
  EXPECT_NE(load_file(npy("M003_002_1_0")), "kept as it is");
}

TEST_F(ImportMead, FoldersThatHoldNothingAreRefused) {
  EXPECT_THAT(message_of([&] { import_mead(options_); }), HasSubstr("shape_pose_cam.hdf5"));
  options_.sound = folder_ / "nowhere";
  add_take("M003", "happy/level_1/001", 1);
  fs::remove_all(options_.sound);
  EXPECT_THAT(message_of([&] { import_mead(options_); }), HasSubstr("nowhere"));
}

TEST_F(ImportMead, OneShapeStandsForAllFrames) {
  const fs::path file = folder_ / "still.hdf5";
  const auto motion = numbered_motion(4, 2);
  write_emica_file(file, motion);
  const auto whole = load_reconstruction(file);
  fs::remove(file);
  write_hdf5(file, "shape", tensor::Tensor({1, 1, 300}, motion.values().first(300)));
  write_hdf5(file, "exp", tensor::Tensor::full({1, 4, 100}, 0.5f));
  write_hdf5(file, "jaw", tensor::Tensor::full({4, 3}, 0.25f));
  const auto still = load_reconstruction(file);
  ASSERT_EQ(still.shape(), whole.shape());
  for (const int64_t t : {0, 3}) {
    EXPECT_EQ(still[t * 403 + 299], motion[299]);
    EXPECT_EQ(still[t * 403 + 399], 0.5f);
    EXPECT_EQ(still[t * 403 + 402], 0.25f);
  }
}

TEST_F(ImportMead, WrongShapesNameTheDataset) {
  struct Case {
    tensor::Shape shape, exp, jaw;
    const char* word;
  };
  int n = 0;
  for (const Case& c : {Case{{1, 4, 300}, {1, 4, 50}, {1, 4, 3}, "(1, T, 100)"},
                        Case{{1, 4, 100}, {1, 4, 100}, {1, 4, 3}, "(1, T, 300)"},
                        Case{{1, 4, 300}, {1, 4, 100}, {1, 5, 3}, "'jaw' holds 5 frames, 'exp' 4"},
                        Case{{1, 4, 300}, {1, 4, 100}, {4, 1, 3}, "'jaw' has the shape (4, 1, 3)"},
                        Case{{1, 4, 300}, {1, 4, 100}, {3}, "'jaw' has the shape (3)"},
                        Case{{1, 0, 300}, {1, 0, 100}, {1, 0, 3}, "no frames"}}) {
    const fs::path file = folder_ / fmt::format("{}.hdf5", ++n);
    write_hdf5(file, "shape", tensor::Tensor::zeros(c.shape));
    write_hdf5(file, "exp", tensor::Tensor::zeros(c.exp));
    write_hdf5(file, "jaw", tensor::Tensor::zeros(c.jaw));
    const std::string said = message_of([&] { load_reconstruction(file); });
    EXPECT_THAT(said, HasSubstr(c.word));
    EXPECT_THAT(said, HasSubstr(file.string()));
  }
  const fs::path file = folder_ / "nan.hdf5";
  auto motion = numbered_motion(4, 2);
  motion[2 * 403 + 5] = std::numeric_limits<float>::quiet_NaN();
  write_emica_file(file, motion);
  EXPECT_THAT(message_of([&] { load_reconstruction(file); }), HasSubstr("frame 2"));
}

TEST_F(ImportMead, HostileFilesAreRefusedWithTheirName) {
  const auto refuse = [&](const fs::path& file, const char* word) {
    const std::string said = message_of([&] { load_hdf5(file, {"exp"}, 1000); });
    EXPECT_THAT(said, HasSubstr(word));
    EXPECT_THAT(said, HasSubstr(file.filename().string()));
  };
  save_file(folder_ / "text.hdf5", "no numbers");
  refuse(folder_ / "text.hdf5", "cannot be read as HDF5");
  refuse(folder_ / "none.hdf5", "no such file");
  write_hdf5(folder_ / "other.hdf5", "pose", tensor::Tensor::zeros({4, 3}));
  refuse(folder_ / "other.hdf5", "'exp' is missing");
  write_hdf5(folder_ / "large.hdf5", "exp", tensor::Tensor::zeros({1, 10, 101}));
  refuse(folder_ / "large.hdf5", "larger than the 1000");
  write_hdf5(folder_ / "axes.hdf5", "exp", tensor::Tensor::zeros({1, 1, 2, 2}));
  refuse(folder_ / "axes.hdf5", "4 axes");

  const hid_t file =
      H5Fcreate((folder_ / "link.hdf5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external("other.hdf5", "/pose", file, "exp", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(file);
  refuse(folder_ / "link.hdf5", "link");
  write_promise("promise.hdf5", "exp", false);
  EXPECT_THAT(message_of([&] { load_hdf5(folder_ / "promise.hdf5", {"exp"}, int64_t{1} << 60); }),
              HasSubstr("stores 0 bytes"));
  write_promise("outside.hdf5", "exp", true);
  refuse(folder_ / "outside.hdf5", "another file");
}

}  // namespace
}  // namespace flowtalk::data
