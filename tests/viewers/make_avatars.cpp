// make_avatars FOLDER: writes the avatars of the tests, for other programs to open.
#include <cstdio>
#include <filesystem>
#include <utility>

#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/base/files.h"

int main(int count, char** words) {
  using flowtalk::avatar::Made;
  using flowtalk::avatar::MadeOptions;
  if (count != 2) {
    std::fputs("usage: make_avatars FOLDER\n", stderr);
    return 2;
  }
  for (const auto& [name, options] :
       {std::pair<const char*, MadeOptions>{"rpm.glb", {.kind = Made::kReadyPlayerMe}},
        {"vrm0.vrm", {.kind = Made::kVrm0}},
        {"vrm1.vrm", {.kind = Made::kVrm1}},
        {"visemes.glb", {.kind = Made::kVisemes}},
        {"jaw.glb", {.kind = Made::kJawBone}},
        {"sync0.vrm", {.kind = Made::kVrm0, .sync = true}},
        {"sync1.vrm", {.kind = Made::kVrm1, .sync = true}},
        {"looks0.vrm", {.kind = Made::kVrm0, .looks = true}},
        {"grins1.vrm", {.kind = Made::kVrm1, .grins = true, .parts = true}},
        {"looks1.vrm", {.kind = Made::kVrm1, .looks = true}}}) {
    flowtalk::save_file(std::filesystem::path(words[1]) / name,
                        flowtalk::avatar::made_avatar(options));
  }
}
