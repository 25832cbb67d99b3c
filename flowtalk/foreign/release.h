// Where the checkpoint lies that somebody means by a file or a folder.
#pragma once

#include <filesystem>

namespace flowtalk::foreign {

struct ReleaseFiles {
  std::filesystem::path checkpoint;
  std::filesystem::path prior;  // of its first stage beside it; "" if there is none
};

// A file is itself. A folder: its second stage, else its first, as ProbTalk3D's scripts read them
// (stage_2/lightning_logs/version_N/checkpoints/last.ckpt); or the one torch file in it. Error:
// none, or several.
ReleaseFiles release_files(const std::filesystem::path& given);

}  // namespace flowtalk::foreign
