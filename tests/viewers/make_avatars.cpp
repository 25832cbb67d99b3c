// make_avatars FOLDER: writes the avatars of the tests, for other programs to open.
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/base/files.h"

int main(int count, char** words) {
  using flowtalk::avatar::Made;
  if (count != 2) {
    std::fputs("usage: make_avatars FOLDER\n", stderr);
    return 2;
  }
  for (const auto& [name, kind] : {std::pair{"rpm.glb", Made::kReadyPlayerMe},
                                   {"vrm0.vrm", Made::kVrm0},
                                   {"vrm1.vrm", Made::kVrm1},
                                   {"visemes.glb", Made::kVisemes},
                                   {"jaw.glb", Made::kJawBone},
                                   {"sync0.vrm", Made::kVrm0},
                                   {"sync1.vrm", Made::kVrm1}}) {
    const bool sync = std::string_view(name).starts_with("sync");
    flowtalk::save_file(std::filesystem::path(words[1]) / name,
                        flowtalk::avatar::made_avatar({.kind = kind, .sync = sync}));
  }
}
