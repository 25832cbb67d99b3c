// Somebody's own head, from a .glb or .vrm file: a mesh with names that tell what moves what, moved
// by the built-in head's axes as they stand for ARKit's shapes (docs/avatars.md).
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "flowtalk/avatar/materials.h"
#include "flowtalk/avatar/rig.h"
#include "flowtalk/avatar/surface.h"
#include "flowtalk/face/face.h"

namespace flowtalk::avatar {

class Avatar {
 public:
  // All but its pictures. bytes: the file. Errors name `where`: whatever is damaged, too large or
  // of a kind that is not read, with what to do; nothing that moves a mouth.
  Avatar(std::string bytes, const std::string& where);

  // Its head at rest, as the renderer takes faces, without axes or bases of its own: metres, facing
  // +z. What a portrait does not show is left out.
  const face::Face& face() const { return face_; }
  const Rig& rig() const { return rig_; }
  const gltf::Document& document() const { return *document_; }
  const std::vector<MeshTargets>& targets() const { return targets_; }
  const gltf::Nodes& nodes() const { return nodes_; }
  size_t whole_vertices() const { return whole_vertices_; }  // before anything was left out

  // A frame of the built-in head's axes as this head's moment. Shape has no room.
  Moment moment(const face::FaceFrame& frame, arkit::Gain gain, arkit::Cut& cut) const;
  Moment rest() const;
  // V * 3 metres.
  void vertices(const Moment& moment, std::span<float> out) const;
  void vertices(const face::FaceFrame& frame, std::span<float> out) const;
  // Where a bone of the rig stands against its parent, in a moment.
  gltf::Placed placed(const Moment& moment, size_t bone) const;

  // The pictures of its paint, encoded, by their places in the paint's textures.
  std::string picture(size_t texture) const;
  void set_picture(size_t texture, face::Texture picture);
  void add_remark(const std::string& remark);  // to its paint's

 private:
  struct Stand {                 // of a bone at rest
    gltf::Matrix4 world, above;  // above: the inverse of the parent's world
  };
  void find_bones();
  void check_mouth() const;
  void cut_to_head(std::span<const float> places);
  void make_face();
  gltf::Matrix4 local(const Moment& moment, size_t bone) const;
  std::vector<float> at_rest() const;

  std::shared_ptr<const gltf::Document> document_;
  gltf::Nodes nodes_;
  std::vector<MeshTargets> targets_;
  Vrm vrm_;
  Rig rig_;
  Surface surface_;
  Materials materials_;
  gltf::Matrix4 world_ = gltf::kIdentity;
  std::vector<Stand> stands_;  // of rig_.bones
  size_t whole_vertices_ = 0;
  std::shared_ptr<face::Paint> paint_;
  face::Face face_;
};

// What the names in a file say, also of one that has nothing to move a mouth by. Errors: damaged.
struct Names {
  Found found;
  int vrm_version = 0;  // as Vrm has it
};
Names names_in(std::string bytes, const std::string& where);

// Error: axes of a motion that are FLAME's, whose expressions are not ARKit's, for the face of an
// avatar. Other faces are left alone.
void require_axes(motion::Axes axes, const face::Face& face);

// From a file, with its pictures; once for each file. Errors as above, and pictures that cannot be
// decoded.
const Avatar& load_avatar(const std::filesystem::path& path);

}  // namespace flowtalk::avatar
