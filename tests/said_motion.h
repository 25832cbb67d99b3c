// Commands over one predicted motion: said.npz, of speech.wav.
#pragma once

#include "flowtalk/motion/motion_file.h"
#include "tests/program.h"

namespace flowtalk::tests {

class SaidMotion : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    write_voice("speech.wav", 3);
    ASSERT_EQ(run({"predict", "speech.wav", "--emotion", "happy", "-o", "said.npz", "-q"}).code, 0);
    motion_ = motion::open_motion(file("said.npz"), {}).motion;
  }
  motion::Motion motion_;
};

}  // namespace flowtalk::tests
