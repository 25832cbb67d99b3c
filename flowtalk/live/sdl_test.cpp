// Microphone and window by SDL's drivers that need no device: "disk" records from a file.
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "flowtalk/base/files.h"
#include "flowtalk/live/microphone.h"
#include "flowtalk/live/window.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::live {
namespace {

using ::testing::HasSubstr;
using tests::refusal;

class Sdl : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_sdl()) GTEST_SKIP() << "skipped: built without SDL2";
  }
  void TearDown() override {
    for (const char* name : {"SDL_AUDIODRIVER", "SDL_VIDEODRIVER", "SDL_DISKAUDIOFILEIN"}) {
      unsetenv(name);
    }
  }
};

TEST_F(Sdl, TheMicrophoneGivesItsSamples) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "skipped: SDL gives its threads less stack than AddressSanitizer needs";
#endif
  const tests::ScratchFolder folder;
  std::vector<float> ramp(16000);
  for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i + 1) / 32768;
  std::string bytes(4 * ramp.size(), '\0');
  std::memcpy(bytes.data(), ramp.data(), bytes.size());
  save_file(folder / "in.raw", bytes);
  setenv("SDL_AUDIODRIVER", "disk", 1);
  setenv("SDL_DISKAUDIOFILEIN", (folder / "in.raw").c_str(), 1);
  Microphone microphone("");
  EXPECT_EQ(microphone.rate_hz(), 16000);
  std::vector<float> heard;
  for (int i = 0; i < 200 && heard.size() < 3200; ++i) {
    ASSERT_TRUE(microphone.read(heard));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_GE(heard.size(), 3200u);
  for (size_t i = 0; i < 3200; ++i) ASSERT_EQ(heard[i], ramp[i]) << i;
}

TEST_F(Sdl, SaysWhichMicrophonesThereAre) {
  setenv("SDL_AUDIODRIVER", "dummy", 1);
  EXPECT_THAT(refusal([] { Microphone("no such one"); }),
              HasSubstr("no microphone is called 'no such one'; there is"));
  setenv("SDL_AUDIODRIVER", "no such driver", 1);
  EXPECT_THAT(refusal([] { Microphone(""); }), HasSubstr("no microphone: sound cannot be begun"));
}

TEST_F(Sdl, AWindowTakesPictures) {
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  Window window("flowtalk", 64, 48);
  const std::vector<uint8_t> grey(3 * 64 * 48, 0x80);
  for (int i = 0; i < 3; ++i) {
    window.show(grey);
    EXPECT_TRUE(window.open());
  }
}

TEST_F(Sdl, NoDisplayIsSaidInOneLine) {
  setenv("SDL_VIDEODRIVER", "no such driver", 1);
  EXPECT_THAT(refusal([] { Window("flowtalk", 64, 48); }), HasSubstr("there is no display"));
}

}  // namespace
}  // namespace flowtalk::live
