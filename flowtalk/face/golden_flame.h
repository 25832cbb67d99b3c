// For tests: the golden FLAME files, which are stored compressed. Needs zlib.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "flowtalk/base/files.h"
#include "flowtalk/face/flame.h"
#include "tests/scratch_folder.h"

namespace flowtalk::face {

// The folder of golden data: the environment's FLOWTALK_GOLDEN, else beside the source tree.
inline std::filesystem::path golden() {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT;
}

inline std::string unzipped(const std::filesystem::path& path) {
  std::string bytes, chunk(1 << 20, '\0');
  gzFile file = gzopen(path.c_str(), "rb");
  EXPECT_NE(file, nullptr) << path;
  for (int n = 1; file != nullptr && n > 0;) {
    n = gzread(file, chunk.data(), static_cast<unsigned>(chunk.size()));
    EXPECT_GE(n, 0);
    if (n > 0) bytes.append(chunk, 0, static_cast<size_t>(n));
  }
  if (file != nullptr) gzclose(file);
  return bytes;
}

// "generic_model.pkl", "flame_numpy.pkl": two layouts of one model.
inline Face load_golden_flame(const std::string& name) {
  const tests::ScratchFolder folder;
  save_file(folder / name, unzipped(golden() / "flame" / (name + ".gz")));
  return load_flame(folder / name);
}

}  // namespace flowtalk::face
