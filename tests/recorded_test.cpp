// `flowtalk evaluate recorded` beside the reference, an independent computation in Python
// (metric/recorded.py, which lies with the recordings): the shipped model on a few clips.
#include "flowtalk/pipeline/recorded.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/sha256.h"
#include "tests/scratch_folder.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;

// The files of one clip, linked into a folder of the same name.
void link_clip(const fs::path& from, const std::string& clip, const fs::path& to) {
  const fs::path folder = (to / clip).parent_path();
  fs::create_directories(folder);
  for (const auto& entry : fs::directory_iterator((from / clip).parent_path())) {
    const std::string name = entry.path().filename().string();
    const bool own = name.starts_with(fs::path(clip).filename().string() + ".");
    if (own || name == "hand_labelled.txt" || name == "v_is_open" || name == "names.txt") {
      std::error_code there;
      fs::create_symlink(entry.path(), folder / name, there);
    }
  }
}

TEST(Recorded, FiguresOfTheReference) {
  const fs::path recordings = FLOWTALK_RECORDINGS;
  if (!fs::exists(recordings / "README.md"))
    GTEST_SKIP() << "skipped: no recordings at " << recordings;
  const Json golden = parse_json(load_file(FLOWTALK_RECORDED_GOLDEN), "recorded.json");
  const fs::path weights = fs::path(FLOWTALK_DEFAULT_CHECKPOINT) / "weights.safetensors";
  ASSERT_EQ(formats::sha256_of(weights), golden["weights"].get<std::string>())
      << "another model; make the figures of " << FLOWTALK_RECORDED_GOLDEN << " anew with "
      << recordings / "metric/recorded.py";
  const ScratchFolder folder;
  for (const auto& clip : golden["clips"]) link_clip(recordings, clip.get<std::string>(), folder);
  pipeline::RecordedOptions options;
  options.recordings = {folder.path().string()};
  options.model.model = FLOWTALK_DEFAULT_CHECKPOINT;
  const auto outcome = pipeline::measure_recorded(options, Reporter());
  EXPECT_EQ(outcome.left_out, 0u);
  const Json sources = evaluate::recorded_json(outcome.report)["sources"];
  for (const auto& [source, figures] : golden["figures"].items()) {
    for (const auto& [key, sides] : figures.items()) {
      for (const auto& [side, value] : sides.items()) {
        const double tolerance = key == "lips_lag_ms" ? 1 : 0.01;
        EXPECT_NEAR(sources[source]["figures"][key][side].get<double>(), value.get<double>(),
                    tolerance)
            << source << " " << key << " " << side;
      }
    }
  }
}

}  // namespace
}  // namespace flowtalk::tests
