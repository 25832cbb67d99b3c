// The posed mesh of every frame, (T, V, 3) float32 in metres, as an .npy file.
#pragma once

#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {

// Memory does not grow with the number of frames.
void export_vertices(const Scene& scene, const std::filesystem::path& file,
                     const Reporter& reporter);

}  // namespace flowtalk::pipeline
