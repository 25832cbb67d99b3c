// Where the eyes and the mouth of an avatar are.
#pragma once

#include <span>

#include "flowtalk/avatar/rig.h"
#include "flowtalk/avatar/surface.h"
#include "flowtalk/face/face.h"

namespace flowtalk::avatar {

// By what its lids and its lips move; where that is not told, by its eyeballs, the bones of eyes
// and jaw, or else by the proportions of a person's head, of what hangs on the head's bone. places:
// of the surface at rest. Empty where one is not found, or the mouth is not below the eyes.
face::Regions regions_of(const Surface& surface, const Rig& rig, const gltf::Nodes& nodes,
                         std::span<const float> places);

// The quarter turns by which a head faces +z, crown up, where its eyes, its mouth and what lies
// about them tell surely how it is turned; the identity where they do not, or it stands so already.
gltf::Matrix4 upright(const Surface& surface, const Rig& rig, const gltf::Nodes& nodes,
                      std::span<const float> places);

// The mean height of some vertices.
float mean_height(std::span<const float> places, const std::vector<uint32_t>& vertices);

}  // namespace flowtalk::avatar
