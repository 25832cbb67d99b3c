// What the metrics need besides the sequences: region lists and the template.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/evaluate/metrics.h"
#include "flowtalk/face/face.h"

namespace flowtalk::evaluate {

struct SetupSources {
  // Where region lists are looked for, folders or files of masks (face/regions.h); each list is
  // taken from the first that holds it. If
  // none is found and the mesh is the face's, the face's own lists are.
  std::vector<std::filesystem::path> folders;
  // A .npy or .safetensors file of the template. Empty: template.npy, template.safetensors or
  // flame_zero_pose.npy in one of the folders, else the face at rest, if the mesh is the face's.
  std::filesystem::path template_file;
  const face::Face* face = nullptr;
  int64_t vertices = 0;  // of the sequences
};

struct LoadedSetup {
  MeasureSetup measure;
  std::vector<std::string> notes;  // one line per metric that is left out, and why
};

// Errors name the file: indices beyond the mesh, a template of another size; no region list at all.
LoadedSetup load_setup(const SetupSources& sources);

}  // namespace flowtalk::evaluate
