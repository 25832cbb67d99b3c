// Training of a few steps on a corpus of three clips, through the command line.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {

class TinyTraining : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    for (const char* stem : {"M003_001_0_0", "M003_002_0_0", "M003_033_0_0"}) write_clip(stem);
  }

  void write_clip(const std::string& stem) const {
    std::filesystem::create_directories(file("mead/wav"));
    std::filesystem::create_directories(file("mead/param"));
    write_voice("mead/wav/" + stem + ".wav", 1.2);
    tensor::Tensor motion = tensor::Tensor::zeros({1, 30, 53});
    for (int64_t i = 0; i < motion.size(); ++i) {
      motion[i] = 0.1f * std::sin(0.02f * static_cast<float>(i));
    }
    formats::save_npy(file("mead/param/" + stem + ".npy"), motion);
  }

  // `sets` as "train.batch=2", `more` as on the command line.
  Outcome train(const std::string& stage, const std::vector<std::string>& sets,
                const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"train", stage, "--dataset", "."};
    for (const std::string& set : sets) args.insert(args.end(), {"--set", set});
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  }
};

}  // namespace flowtalk::tests
