// A voice becomes a file for another program, by the ending of its name, with the voice beside it.
#pragma once

#include <filesystem>
#include <vector>

#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/sound_beside.h"
#include "flowtalk/pipeline/talk.h"

namespace flowtalk::pipeline {

// Who writes the output of `talk`; null: it is films.
const Exporter* exporter_of_output(const TalkOptions& options);

// The file that will be written. Construction checks all that can be known before the model is
// loaded. Usage Errors: options that only films follow, several voices or faces, a face that the
// format cannot tell of.
class TalkFile {
 public:
  TalkFile(const TalkOptions& options, const Exporter& exporter, size_t cells,
           const std::vector<std::filesystem::path>& voices);
  Film save(const motion::Motion& performance, const Reporter& reporter) const;

 private:
  const TalkOptions& options_;
  const Exporter& exporter_;
  ChosenFace face_;
  SoundBeside sound_;
};

}  // namespace flowtalk::pipeline
