// The posed mesh of every frame, (T, V, 3) float32 in metres: as an .npy file, and as a vertex
// cache
// (.pc2) with the mesh at rest beside it (.obj). Memory does not grow with the number of frames.
#include <algorithm>
#include <fstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/obj_text.h"

namespace flowtalk::pipeline {
namespace {

constexpr int64_t kBlock = 256;  // frames in memory at a time

// One shape for all frames is folded in.
face::Deformer make_deformer(const Scene& scene) {
  if (!scene.shape.empty()) return face::Deformer(scene.face, scene.shape);
  if (scene.motion.one_shape()) return face::Deformer(scene.face, scene.motion.shape.at(0));
  return face::Deformer(scene.face, {}, face::Deformer::LiveShape::kYes);
}

// A header, then the vertices of all frames.
void write_frames(const Scene& scene, const face::Deformer& deformer, const std::string& header,
                  const std::filesystem::path& file, const Reporter& reporter) {
  const int64_t values = scene.face.rest.size(), frames = scene.motion.frames();
  PartialOutput output(file);
  std::ofstream out(output.path(), std::ios::binary | std::ios::trunc);
  const auto write = [&](const void* from, size_t bytes) {
    out.write(static_cast<const char*>(from), static_cast<std::streamsize>(bytes));
    if (!out) fail("{}: cannot be written; is the disk full?", file.string());
  };
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

template <class T>
void append(std::string& header, T value) {
  header.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

void export_vertices(const Scene& scene, const std::filesystem::path& file,
                     const Reporter& reporter) {
  const std::string header =
      formats::npy_header({scene.motion.frames(), scene.face.vertex_count(), 3});
  write_frames(scene, make_deformer(scene), header, file, reporter);
}

void export_pc2(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  const face::Deformer deformer = make_deformer(scene);
  std::string header("POINTCACHE2\0", 12);
  append<int32_t>(header, 1);  // version
  append(header, static_cast<int32_t>(scene.face.vertex_count()));
  append<float>(header, 0);  // the first frame
  append<float>(header, 1);  // frames from sample to sample
  append(header, static_cast<int32_t>(scene.motion.frames()));
  std::vector<float> rest(static_cast<size_t>(scene.face.rest.size()));
  face::FaceFrame still;
  if (deformer.has_live_shape()) still.shape = scene.motion.shape.at(0);
  deformer.vertices(still, rest);
  std::filesystem::path mesh = file;
  mesh.replace_extension(".obj");
  save_file(mesh, obj_text(scene.face, rest));
  write_frames(scene, deformer, header, file, reporter);
}

}  // namespace flowtalk::pipeline
