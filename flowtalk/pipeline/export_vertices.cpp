// The posed mesh of every frame, (T, V, 3) float32 in metres, as an .npy file. Memory does not grow
// with the number of frames.
#include <algorithm>
#include <fstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {
namespace {

constexpr int64_t kBlock = 256;  // frames in memory at a time

// One shape for all frames is folded in.
face::Deformer make_deformer(const Scene& scene) {
  if (!scene.shape.empty()) return face::Deformer(scene.face, scene.shape);
  if (scene.motion.one_shape()) return face::Deformer(scene.face, scene.motion.shape.at(0));
  return face::Deformer(scene.face, {}, face::Deformer::LiveShape::kYes);
}

}  // namespace

void export_vertices(const Scene& scene, const std::filesystem::path& file,
                     const Reporter& reporter) {
  const face::Deformer deformer = make_deformer(scene);
  const int64_t values = scene.face.rest.size(), frames = scene.motion.frames();
  PartialOutput output(file);
  std::ofstream out(output.path(), std::ios::binary | std::ios::trunc);
  const auto write = [&](const void* from, size_t bytes) {
    out.write(static_cast<const char*>(from), static_cast<std::streamsize>(bytes));
    if (!out) fail("{}: cannot be written; is the disk full?", file.string());
  };
  const std::string header = formats::npy_header({frames, values / 3, 3});
  write(header.data(), header.size());
  std::vector<float> block;
  std::vector<face::FaceFrame> poses;
  const Advance advance = reporter.begin("export", frames, "frames");
  for (int64_t begin = 0; begin < frames; begin += kBlock) {
    const int64_t count = std::min(kBlock, frames - begin);
    poses.clear();
    for (int64_t t = begin; t < begin + count; ++t) {
      poses.push_back(face::frame_of(scene.motion, t));
      if (!deformer.has_live_shape()) poses.back().shape = {};
    }
    block.resize(static_cast<size_t>(count * values));
    deformer.vertices(poses, block, scene.pool);
    write(block.data(), block.size() * sizeof(float));
    advance(count, "");
  }
  out.close();
  if (!out) fail("{}: cannot be written; is the disk full?", file.string());
  output.commit();
}

}  // namespace flowtalk::pipeline
