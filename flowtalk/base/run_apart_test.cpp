#include "flowtalk/base/run_apart.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "flowtalk/base/error.h"
#include "tests/refusal.h"

namespace flowtalk {
namespace {

using testing::HasSubstr;

TEST(RunApart, GivesBackWhatTheWorkMade) {
  int here = 1;
  const std::string large(300'000, 'x');
  EXPECT_EQ(run_apart("x",
                      [&] {
                        here = 2;
                        return large;
                      }),
            large);
  EXPECT_EQ(here, 1);
  EXPECT_EQ(run_apart("x", [] { return std::string(); }), "");
}

TEST(RunApart, ErrorsAndCrashesComeBackAsErrors) {
  EXPECT_EQ(tests::refusal(
                [] { run_apart("x", []() -> std::string { fail("{}: of no use", "file"); }); }),
            "file: of no use");
  EXPECT_THAT(tests::refusal([] {
                run_apart("a.hdf5", []() -> std::string {
                  std::raise(SIGSEGV);
                  return "";
                });
              }),
              HasSubstr("a.hdf5: its reader did not survive it (Segmentation fault)"));
  EXPECT_THAT(tests::refusal([] { run_apart("a.hdf5", []() -> std::string { _exit(3); }); }),
              HasSubstr("it ended early"));
}

TEST(RunApart, LimitsEndTheCopy) {
  EXPECT_THAT(tests::refusal([] {
                run_apart("x",
                          []() -> std::string {
                            const volatile bool for_ever = true;
                            while (for_ever) {
                            }
                            return "";
                          },
                          {.seconds = 1});
              }),
              HasSubstr("x: its reader did not survive it (over 1 s)"));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_THAT(tests::refusal([] {
                run_apart("x", [] { return std::string(size_t{3} << 30, 'x'); },
                          {.memory = size_t{2} << 30});
              }),
              HasSubstr("x: its reader asks for more than 2048 MiB"));
#endif
}

}  // namespace
}  // namespace flowtalk
