// For tests: heads of the built-in head's shape as programs write them, with the traits of their
// files.
#pragma once

#include <string>

#include "flowtalk/gltf/glb.h"

namespace flowtalk::avatar {

enum class Made {
  kReadyPlayerMe,  // 52 shapes on heads and teeth, skin of a whole body, names in mesh.extras
  kVrm0,           // faces -z, blend shape groups of 0..100, names in primitive.extras, eye bones
  kVrm1,           // expressions, humanoid, bones that are turned at rest
  kVisemes,        // viseme_aa and the others, blinks, nothing else
  kJawBone         // no targets, a bone called Jaw
};

struct MadeOptions {
  Made kind = Made::kReadyPlayerMe;
  bool pictures = true;  // a PNG picture on its skin
  double scale = 1;      // of all its places
  std::string prefix{};  // before the names of targets
  bool sync = false;     // of VRM files: ARKit's shapes, too, as expressions ("perfect sync")
  bool looks = false;    // of VRM files: eyes look by expressions, not by bones
  bool grins = false;    // of VRM files: joy opens the mouth and shuts the eyes
  bool parts = false;    // of VRM files: joy lies there in parts, too, as VRoid has them
};

// The file, open to changes before it is turned into bytes.
gltf::Glb made_glb(const MadeOptions& options);
std::string made_avatar(const MadeOptions& options);

}  // namespace flowtalk::avatar
