// Files of vertices over time that somebody names to be shown, and the face that they move.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flowtalk/face/vertex_take.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/motion_choice.h"

namespace flowtalk::pipeline {

// What the array of vertices is called that is written beside its rate.
inline constexpr char kVerticesName[] = "vertices";

struct VertexMotion {
  std::string where;      // for messages
  face::VertexTake take;  // metres
  int64_t vertices = 0;
  double rate_hz = flame::kFps;
  bool says_rate = false;  // the file does, or the options
  int64_t frames() const { return take.frames; }
  double duration_s() const { return static_cast<double>(take.frames) / rate_hz; }
};

// The vertices of a file that holds them, (T, V, 3) or (T, 3V), alone or under their name, and
// perhaps its rate; nothing of a file of anything else. Warns of other arrays beside them. A head
// of another size than people's is taken to be in other units, and is brought to 0.25 m with a
// note. Errors name the file: no frames, several samples, values that are not finite; usage Errors:
// options that say how parameters are read.
std::optional<VertexMotion> read_vertices(const std::string& path, const MotionOptions& options,
                                          const Reporter& reporter);

// Whether read_vertices takes the file, or would but for its values.
bool holds_vertices(const std::filesystem::path& path);

// The face that is named, for vertices that move it. `alone`: no parameters move it, so that it may
// be a mesh (face/mesh_face.h); where it rests elsewhere, or in other units, than `first`, it rests
// as that begins. Error: another number of vertices.
ChosenFace face_of_vertices(const FaceOptions& options, const VertexMotion& first, bool alone);
// Error: the motion has another number of vertices than the face. `alone` as above.
void check_vertices(const VertexMotion& motion, const face::Face& face, bool alone);
// The motion, moved to where the face rests if it begins elsewhere.
VertexMotion brought_to(VertexMotion motion, const face::Face& face);

}  // namespace flowtalk::pipeline
