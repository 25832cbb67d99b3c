// `flowtalk score --flag` on a data set in which clips were spoilt, with the default checkpoint.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/index.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/synth/speech.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;

constexpr int64_t kValues = 53, kExpressions = 50;

Tensor load(const fs::path& npy) {
  return live_of(motion::load_motion(npy, motion::Axes::kBuiltin)).clone();
}
void save(const fs::path& npy, const Tensor& live) {
  motion::save_motion(npy, motion::of_live(live, motion::Axes::kBuiltin));
}

Tensor frozen_after_a_third(const Tensor& recorded) {
  Tensor motion = recorded;
  const auto v = motion.values();
  const int64_t still = motion.dim(0) / 3 * kValues;
  for (int64_t i = still + kValues; i < motion.size(); ++i) {
    v[static_cast<size_t>(i)] = v[static_cast<size_t>(still + i % kValues)];
  }
  return motion;
}

Tensor noisy(const Tensor& recorded) {
  Tensor motion = recorded;
  Rng rng(1);
  for (int64_t i = 0; i < motion.size(); ++i) {
    const double size = i % kValues < kExpressions ? 0.1 : 0.02;  // the jaw is in rad
    motion.values()[static_cast<size_t>(i)] += static_cast<float>(size * rng.normal());
  }
  return motion;
}

Tensor late(const Tensor& motion) {
  constexpr int64_t kFrames = 8;
  Tensor moved = Tensor::zeros(motion.shape());
  for (int64_t i = 0; i < motion.size(); ++i) {
    const int64_t frame = std::max<int64_t>(0, i / kValues - kFrames);
    moved.values()[static_cast<size_t>(i)] =
        motion.values()[static_cast<size_t>(frame * kValues + i % kValues)];
  }
  return moved;
}

Tensor cut(const Tensor& motion, int64_t frames) {
  const auto v = motion.values().first(static_cast<size_t>(frames * kValues));
  return Tensor({frames, kValues}, v);
}

// Spoils clips in five ways and keeps their names.
class Spoiler {
 public:
  void change(const data::Clip& clip, Tensor (*how)(const Tensor&)) {
    save(clip.motion, how(load(clip.motion)));
    names.insert(clip.stem);
  }
  // The voice of the shorter one, under the motion of the longer one.
  void swap_voice(const data::Clip& a, const data::Clip& b) {
    const int64_t frames_a = load(a.motion).dim(0), frames_b = load(b.motion).dim(0);
    const data::Clip &longer = frames_a < frames_b ? b : a, &shorter = frames_a < frames_b ? a : b;
    save(longer.motion, cut(load(longer.motion), std::min(frames_a, frames_b)));
    fs::copy_file(shorter.wav, longer.wav, fs::copy_options::overwrite_existing);
    names.insert(longer.stem);
  }
  void relabel(const data::Clip& clip) {
    data::ClipName name = clip.name;
    name.emotion = name.emotion % 7 + 1;
    const std::string stem = data::format_stem(name, default_conditions());
    ASSERT_FALSE(fs::exists(clip.motion.parent_path() / (stem + ".npy")));
    fs::rename(clip.motion, clip.motion.parent_path() / (stem + ".npy"));
    fs::rename(clip.wav, clip.wav.parent_path() / (stem + ".wav"));
    names.insert(stem);
  }

  std::set<std::string> names;
};

using CliFlag = CommandLine;

TEST_F(CliFlag, SpoiltClipsAreListedAndFewOthers) {
  if (!synth::espeak_available())
    GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
  ASSERT_EQ(run({"data", "benchmark", "synth2-s", "-o", "s", "-q"}).code, 0);
  std::vector<data::Clip> clips = data::scan_dataset(file("s/unseen-voices")).clips;
  ASSERT_EQ(clips.size(), 64u);
  std::erase_if(clips, [](const data::Clip& clip) { return clip.name.emotion == kNeutral; });
  ASSERT_GE(clips.size(), 32u);
  Spoiler spoiler;
  for (const size_t i : {0u, 16u}) {
    spoiler.change(clips[i], frozen_after_a_third);
    spoiler.change(clips[i + 3], noisy);
    spoiler.change(clips[i + 6], late);
    spoiler.swap_voice(clips[i + 9], clips[i + 10]);
    spoiler.relabel(clips[i + 13]);
  }
  const Outcome outcome =
      run({"score", "--dataset", "s/unseen-voices", "--flag", "--json", "s.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  int others = 0;
  std::set<std::string> listed;
  const Json scored = parse_json(load_file(file("s.json")), "s.json");
  for (const auto& clip : scored["by_clip"]) {
    if (!clip["suspicious"].get<bool>()) continue;
    const auto name = clip["clip"].get<std::string>();
    EXPECT_THAT(outcome.out, ::testing::HasSubstr("\n" + name + " "));
    if (spoiler.names.contains(name)) {
      listed.insert(name);
    } else {
      ++others;
    }
  }
  RecordProperty("spoilt", static_cast<int>(spoiler.names.size()));
  RecordProperty("spoilt_and_listed", static_cast<int>(listed.size()));
  RecordProperty("good_but_listed", others);
  EXPECT_EQ(spoiler.names.size(), 10u);
  EXPECT_GE(listed.size(), 8u);
  EXPECT_LE(others, 4);
}

}  // namespace
}  // namespace flowtalk::tests
