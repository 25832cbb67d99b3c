// What inspect calls usable a command takes, and what it does not no command takes: every file of
// the golden data and of the cases, through inspect and through the commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/condition/timeline.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/inspect_report.h"
#include "flowtalk/pipeline/metrics.h"
#include "flowtalk/pipeline/voices.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

class InspectAgrees : public ::testing::Test {
 protected:
  void take(const std::string& command, const fs::path& path) const {
    const std::string name = path.string();
    if (command == "export") {
      ExportOptions options;
      options.params = name;
      options.output = (folder_ / "v.npy").string();
      export_motion("vertices", options, {});
    } else if (command == "evaluate") {
      MetricsOptions options;
      options.ground_truth = options.predictions = name;
      measure(options, {});
    } else if (command == "talk") {
      load_voice(path, {});
    } else if (command == "face") {
      face::load_face(name);
    } else if (command == "curve") {
      condition::load_timeline(path, default_conditions());
    } else if (command == "encode") {
      ThreadPool pool(1);
      ops::NativeOps ops(pool);
      encoder::StoredEncoder(path).make(ops);
    } else {
      FAIL() << command;
    }
  }
  // "" if the command takes the file, else what it says.
  std::string refusal(const std::string& command, const fs::path& path) const {
    try {
      take(command, path);
    } catch (const Error& e) {
      return e.what();
    } catch (const std::exception& e) {
      ADD_FAILURE() << command << " " << path << ": " << e.what();
      return e.what();
    }
    return "";
  }
  void expect_agreement(const fs::path& path) const {
    Json report;
    try {
      report = inspect_report(path, 0);
    } catch (const Error& e) {
      report = {{"usable", false}, {"kind", "unreadable"}, {"use", e.what()}};
    }
    const std::string kind = report["kind"], use = report["use"];
    if (report["usable"] == true) {
      const auto door = door_of(kind);
      if (door.empty()) return;
      const std::string said = refusal(door, path);
      // of a mesh that is not the built-in head's, or of samples, evaluate asks for more
      if (said.find("give regions") == std::string::npos &&
          said.find("ground truth has one") == std::string::npos) {
        EXPECT_EQ(said, "") << path << " is a usable " << kind;
      }
      return;
    }
    EXPECT_NE(use, "") << path;
    for (const std::string door : {"export", "evaluate", "talk", "face", "encode"}) {
      if (door == "evaluate" && fs::is_directory(path)) continue;     // of many files
      if (door == "encode" && path.extension() == ".json") continue;  // stands for its folder
      EXPECT_NE(refusal(door, path), "")
          << door << " takes " << path << ", a " << kind << ": " << use;
    }
  }
  static std::string door_of(const std::string& kind) {
    const std::pair<const char*, const char*> doors[] = {{"flame_motion", "export"},
                                                         {"flame_model", "face"},
                                                         {"vertex_sequence", "evaluate"},
                                                         {"array", "evaluate"},
                                                         {"arrays", "evaluate"},
                                                         {"tensors", "evaluate"},
                                                         {"voice", "talk"},
                                                         {"motion_samples", "evaluate"},
                                                         {"speech_encoder", "encode"},
                                                         {"hubert_weights", "encode"},
                                                         {"emotion_curve", "curve"}};
    for (const auto& [name, door] : doors) {
      if (kind == name) return door;
    }
    return "";
  }
  tests::ScratchFolder folder_;
};

TEST_F(InspectAgrees, OnEveryFileOfTheGoldenDataAndTheCases) {
  const fs::path golden = formats::golden_folder(), cases = golden.parent_path() / "cases";
  if (!fs::exists(golden)) GTEST_SKIP() << "skipped: no golden data at " << golden;
  for (const fs::path& root : {golden, cases}) {
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const bool encoder = entry.is_directory() && fs::exists(entry.path() / "config.json");
      if (!encoder && !entry.is_regular_file()) continue;
      expect_agreement(entry.path());
    }
  }
}

TEST_F(InspectAgrees, WithTheNamesOfTheFiles) {
  const fs::path folder = formats::golden_folder().parent_path() / "cases/inspect-says-otherwise";
  if (!fs::exists(folder))
    GTEST_SKIP() << "skipped: no cases at " << folder << ", which are no part of the repository";
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "README") continue;
    const Json report = inspect_report(entry.path(), 0);
    EXPECT_EQ(report["usable"], name.find("_taken_by_") != std::string::npos) << report.dump();
  }
}

TEST_F(InspectAgrees, OnTemplatesAndRegionsAsPeopleHaveThem) {
  const fs::path cases = formats::golden_folder().parent_path() / "cases";
  if (!fs::exists(cases))
    GTEST_SKIP() << "skipped: no cases at " << cases << ", which are no part of the repository";
  const std::pair<const char*, const char*> files[] = {
      {"template-keys/bytes.pkl", "vertex_templates"},
      {"template-keys/flat.pkl", "vertex_templates"},
      {"region-lists/FLAME_masks_like.pkl", "vertex_regions"},
      {"evaluate-units-and-names/regions", "vertex_regions"}};
  for (const auto& [name, kind] : files) {
    const Json report = inspect_report(cases / name, 0);
    EXPECT_EQ(report["kind"], kind) << report["use"];
    EXPECT_EQ(report["usable"], true) << report["use"];
  }
}

}  // namespace
}  // namespace flowtalk::pipeline
