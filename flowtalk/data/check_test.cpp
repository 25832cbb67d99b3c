#include "flowtalk/data/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/test_set.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr int64_t kWidth = motion::kLive;

// Each test plants into its own copy of one clean set; copies are links, since every file is
// replaced as a whole.
class CheckDataset : public ::testing::Test {
 protected:
  CheckDataset() {
    make_test_set(clean_);
    copy_clean();
  }
  void copy_clean() const {
    fs::remove_all(folder_);
    fs::copy(clean_, folder_, fs::copy_options::recursive | fs::copy_options::create_hard_links);
  }
  fs::path npy(const std::string& stem) const { return folder_ / "param" / (stem + ".npy"); }
  fs::path wav(const std::string& stem) const { return folder_ / "wav" / (stem + ".wav"); }
  void drop(const std::string& stem) const {
    fs::remove(npy(stem));
    fs::remove(wav(stem));
  }
  void drop_if(const std::function<bool(const ClipName&)>& chosen) const {
    for (const Clip& clip : scan_dataset(folder_).clips) {
      if (chosen(clip.name)) drop(clip.stem);
    }
  }
  void copy_sound(const std::string& from, const std::string& to) const {
    save_file(wav(to), load_file(wav(from)));
  }
  // Changes the numbers of one clip, or of all.
  void change(const std::string& stem, const std::function<void(tensor::Tensor&)>& edit) const {
    tensor::Tensor motion = formats::load_npy(npy(stem)).clone();
    edit(motion);
    formats::save_npy(npy(stem), motion);
  }
  void change_all(const std::function<void(tensor::Tensor&)>& edit) const {
    for (const Clip& clip : scan_dataset(folder_).clips) change(clip.stem, edit);
  }
  void remake_all(int64_t frames, int lag) const {
    uint64_t seed = 0;
    for (const Clip& clip : scan_dataset(folder_).clips) {
      TestClip made = make_test_clip(++seed, frames, lag);
      made.sound.samples.resize(48000);
      save_test_clip(folder_, clip.stem, made);
    }
  }
  CheckReport check() const { return check_dataset(folder_, 2, true); }

  tests::ScratchFolder scratch_;
  const fs::path clean_ = scratch_ / "clean", folder_ = scratch_ / "planted";
};

std::map<std::string, std::vector<std::string>> by_kind(const CheckReport& report) {
  std::map<std::string, std::vector<std::string>> kinds;
  for (const Finding& f : report.findings) kinds[std::string(f.kind->name)] = f.cases;
  return kinds;
}

TEST_F(CheckDataset, CleanSetGivesNoErrorAndNoWarning) {
  const CheckReport report = check();
  EXPECT_EQ(report.clips, 64);
  EXPECT_EQ(report.styles, 32);
  EXPECT_EQ(report.takes, 64);
  EXPECT_EQ(report.count(Severity::kError), 0);
  EXPECT_EQ(report.count(Severity::kWarning), 0);
  for (const auto& [kind, cases] : by_kind(report)) {
    EXPECT_EQ(kind, "missing takes") << cases.front();
  }
  EXPECT_NEAR(report.lag.frames, 0, 0.6);
  EXPECT_GT(report.lag.confidence, 0.95);
  EXPECT_EQ(report.prior_clips(true), 64);
  EXPECT_EQ(report.prior_clips(false), report.splits[0].clips);
  EXPECT_EQ(report.splits[0].clips + report.splits[1].clips + report.splits[2].clips, 64);
}

// Columns of a motion's live rows, (T, count).
tensor::Tensor columns(const motion::Motion& motion, int64_t first, int64_t count) {
  const tensor::Tensor rows = live_of(motion);
  tensor::Tensor part({rows.dim(0), count});
  for (int64_t t = 0; t < rows.dim(0); ++t) {
    std::copy_n(rows.data() + t * kWidth + first, count, part.data() + t * count);
  }
  return part;
}

// Two clips of the train split.
constexpr const char* kOne = "M005_002_1_1";
constexpr const char* kOther = "M007_003_2_2";

struct Plant {
  std::string kind;   // expected finding
  std::string names;  // what its first case holds
  std::function<void()> plant;
  std::set<std::string> also = {};  // further findings that come with it
};

class PlantedFindings : public CheckDataset {
 protected:
  std::string test_clip() const { return scan_dataset(folder_).of(Split::kTest).front().stem; }
  std::vector<Plant> motion_plants() const;
  std::vector<Plant> file_plants() const;
  std::vector<Plant> sound_plants() const;
  std::vector<Plant> set_plants() const;
  void find_each(const std::vector<Plant>& plants) const;
  void as_parts(const std::string& stem, double fps,
                const std::vector<std::string>& more = {}) const;
};

void PlantedFindings::find_each(const std::vector<Plant>& plants) const {
  for (const Plant& p : plants) {
    copy_clean();
    p.plant();
    const auto found = by_kind(check());
    ASSERT_TRUE(found.contains(p.kind)) << p.kind;
    EXPECT_THAT(found.at(p.kind).front(), HasSubstr(p.names)) << p.kind;
    for (const auto& [kind, cases] : found) {
      EXPECT_TRUE(kind == p.kind || kind == "missing takes" || p.also.contains(kind))
          << p.kind << " brought " << kind << ": " << cases.front();
    }
  }
}

std::vector<Plant> PlantedFindings::motion_plants() const {
  const auto fill = [this](const char* stem, int64_t first, int64_t step, float value) {
    change(stem, [=](tensor::Tensor& m) {
      for (int64_t i = first; i < m.size(); i += step) m[i] = value;
    });
  };
  return {
      {"unreadable motion", kOne, [=, this] { save_file(npy(kOne), "x"); }},
      {"wrong width", "(1, 10, 100)",
       [=, this] {
         formats::save_npy(npy(kOne), tensor::Tensor::zeros({1, 10, 100}));
       }},
      {"motion not finite", "frame 7",
       [=, this] {
         change(kOne, [](auto& m) { m[7 * kWidth] = std::numeric_limits<float>::infinity(); });
       }},
      {"units", kOne, [=] { fill(kOne, 3 * kWidth, 1 << 20, 60.0f); }, {"unlike the rest"}},
      {"unlike the rest", "expression 10", [=] { fill(kOne, 5 * kWidth + 10, 1 << 20, 2.9f); }},
      {"frozen", kOne,
       [=, this] {
         change(kOne, [](auto& m) {
           for (int64_t i = kWidth; i < m.size(); ++i) m[i] = m[i % kWidth];
         });
       }},
      {"repeated frames", "37 of 75",
       [=, this] {
         change(kOne, [](auto& m) {
           for (int64_t t = 1; t < m.dim(0); t += 2) {
             std::copy_n(m.data() + (t - 1) * kWidth, kWidth, m.data() + t * kWidth);
           }
         });
       }},
      {"constant channel", "expression 7",
       [this] {
         change_all([](auto& m) {
           for (int64_t i = 7; i < m.size(); i += kWidth) m[i] = 0.5f;
         });
       }},
      {"range", "expression: 2.0 %",
       [this] {
         change_all([](auto& m) {
           for (int64_t i = 3; i < m.size(); i += kWidth) m[i] += 4;
         });
       }},
      {"shape",
       "1 clips",
       [=, this] {
         formats::save_npy(npy(kOne), tensor::Tensor::full({1, 75, 403}, 0.1f));
       },
       {"several widths", "frozen"}},
      {"several widths", "53: 63",
       [=, this] {
         motion::save_motion(npy(kOne), motion::load_motion(npy(kOne), motion::Axes::kBuiltin));
       }},
  };
}

// The clip as parts by name, as trackers save it.
void PlantedFindings::as_parts(const std::string& stem, double fps,
                               const std::vector<std::string>& more) const {
  const tensor::Tensor rows = formats::load_npy(npy(stem));
  motion::Motion made = motion::of_live(rows.reshape({-1, kWidth}), motion::Axes::kBuiltin);
  made.rate_hz = flame::kFps;
  const motion::Motion other = motion::resample(made, fps);
  formats::NamedTensors arrays = {{"exp", columns(other, 0, motion::kJawAt)},
                                  {"jaw", columns(other, motion::kJawAt, flame::kJaw)},
                                  {"fps", tensor::Tensor::full({1}, static_cast<float>(fps))}};
  for (const std::string& name : more) arrays.emplace_back(name, tensor::Tensor::full({4}, 1));
  fs::remove(npy(stem));
  formats::save_safetensors(npy(stem).replace_extension(".safetensors"), arrays);
}

std::vector<Plant> PlantedFindings::file_plants() const {
  return {
      {"other axes",
       "those of FLAME",
       [this] {
         as_parts(kOne, 25);
         save_dataset_facts(folder_, {motion::Axes::kBuiltin});
       },
       {"several widths"}},
      {"several widths", "parts by name: 1", [this] { as_parts(kOne, 25); }},
      {"other frame rate",
       "50 per second: 1 files",
       [this] { as_parts(kOne, 50); },
       {"several widths"}},
      {"arrays left out",
       "cam, light: 1 files",
       [this] {
         as_parts(kOne, 25, {"cam", "light"});
       },
       {"several widths"}},
      {"odd motion",
       "columns 0 to 2 move like a jaw",
       [this] { change(kOne, [](auto& m) { m[7 * kWidth + motion::kJawAt] = 2; }); },
       {"unlike the rest"}},
  };
}

std::vector<Plant> PlantedFindings::sound_plants() const {
  const auto sound = [this](const char* stem, const std::function<void(audio::Audio&)>& edit) {
    audio::Audio changed = audio::load_audio(wav(stem));
    edit(changed);
    audio::save_wav(wav(stem), changed);
  };
  return {
      {"unreadable sound", kOne, [=, this] { save_file(wav(kOne), "x"); }},
      {"sound format", "48000 Hz",
       [=] {
         sound(kOne, [](audio::Audio& a) {
           const std::vector<float> old = std::move(a.samples);
           a.rate_hz = 48000;
           a.samples.clear();
           for (const float x : old) a.samples.insert(a.samples.end(), 3, x);
         });
       }},
      {"odd sound",
       "2 files (joined into one), for example M005_002_1_1.wav: is 2 WAV files joined into one",
       [=, this] {
         for (const char* stem : {kOther, kOne}) {
           const std::string whole = load_file(wav(stem));
           save_file(wav(stem), whole + whole);
         }
       },
       {"length"}},
      {"clipped sound", kOne,
       [=] {
         sound(kOne, [](audio::Audio& a) {
           for (float& x : a.samples) x *= 30;
         });
       }},
      {"silent sound", "-120 dB",
       [=] { sound(kOne, [](audio::Audio& a) { std::ranges::fill(a.samples, 0.0f); }); }},
      {"length", "75 frames, 82.0",
       [=] { sound(kOne, [](audio::Audio& a) { a.samples.resize(82 * 640); }); }},
      {"twin clips", kOne, [=, this] { copy_sound(kOne, kOther); }, {"lag of a clip"}},
      {"shared by splits",
       "(test)",
       [=, this] { copy_sound(kOne, test_clip()); },
       {"lag of a clip"}},
      {"lag of a clip", "+6.0 frames",
       [=, this] { save_test_clip(folder_, kOne, make_test_clip(99, 150, 6)); }},
      {"lag", "4.0 frames after", [this] { remake_all(75, 4); }},
      {"frame rate", "30.0", [this] { remake_all(90, 0); }, {"length"}},
  };
}

std::vector<Plant> PlantedFindings::set_plants() const {
  const auto without = [this](Split split) {
    drop_if([=](const ClipName& name) { return split_of(name) == split; });
  };
  return {
      {"nothing to train on",
       "validation",
       [=] { without(Split::kValidation); },
       {"no clip of a style"}},
      {"nothing to test on", "test", [=] { without(Split::kTest); }, {"no clip of a style"}},
      {"no partner", kOne, [=, this] { fs::remove(wav(kOne)); }},
      {"name not understood", "notes",
       [=, this] { fs::copy_file(npy(kOne), folder_ / "param/notes.npy"); }},
      {"no clip of a style", "W029",
       [this] { drop_if([](const ClipName& n) { return n.style == 31; }); }},
      {"no clip of an emotion", "contempt",
       [this] { drop_if([](const ClipName& n) { return n.emotion == 7; }); }},
      {"beyond the grid", "M003_050_0_0",
       [this] { save_test_clip(folder_, "M003_050_0_0", make_test_clip(500)); }},
      {"missing takes", "21376 of 21440", [] {}},
      {"subject without a style", "M032_001_0_0",
       [this] { save_test_clip(folder_, "M032_001_0_0", make_test_clip(501)); }},
  };
}

TEST_F(PlantedFindings, InMotionAreFoundAndNothingElse) { find_each(motion_plants()); }
TEST_F(PlantedFindings, InFilesOfMotionAreFoundAndNothingElse) { find_each(file_plants()); }
TEST_F(PlantedFindings, InSoundAreFoundAndNothingElse) { find_each(sound_plants()); }
TEST_F(PlantedFindings, InTheSetAreFoundAndNothingElse) { find_each(set_plants()); }

TEST_F(PlantedFindings, CoverEveryKind) {
  std::set<std::string> tried;
  for (const auto& plants : {motion_plants(), file_plants(), sound_plants(), set_plants()}) {
    for (const Plant& p : plants) tried.insert(p.kind);
  }
  for (const FindingKind& kind : finding_kinds()) {
    EXPECT_TRUE(tried.contains(std::string(kind.name))) << kind.name << " is planted nowhere";
  }
}

TEST_F(CheckDataset, MissingTakesAreListedAsRanges) {
  const auto found = by_kind(check());
  EXPECT_THAT(found.at("missing takes"), Contains("M003 neutral low: 2-40"));
  EXPECT_THAT(found.at("missing takes"), Contains("M005 happy medium: 1, 3-30"));
}

TEST(CheckKinds, EachIsExplainedInTheDocuments) {
  const std::string text = load_file(FLOWTALK_DATA_PAGE);
  for (const FindingKind& kind : finding_kinds()) {
    EXPECT_THAT(text, HasSubstr(std::string(kind.name)));
  }
}

TEST_F(CheckDataset, ReportAsJson) {
  save_file(npy(kOne), "x");
  const Json json = to_json(check());
  EXPECT_FALSE(json.at("usable").get<bool>());
  EXPECT_EQ(json.at("clips"), 64);
  EXPECT_EQ(json.at("findings").front().at("kind"), "unreadable motion");
  EXPECT_EQ(json.at("findings").front().at("severity"), "error");
  EXPECT_EQ(json.at("protocols").at("paper").at("prior_clips"), 64);
}

TEST_F(CheckDataset, ThreadsDoNotChangeTheReport) {
  EXPECT_EQ(to_json(check_dataset(folder_, 1, true)), to_json(check_dataset(folder_, 4, true)));
}

}  // namespace
}  // namespace flowtalk::data
