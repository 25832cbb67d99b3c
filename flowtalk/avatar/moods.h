// Moods of avatars whose mouths visemes or vowels move. They are whole faces, made to be looked at:
// a joy may open the mouth wide and shut the eyes, and a mouth that speaks has to close.
#pragma once

#include <array>
#include <optional>
#include <set>

#include "flowtalk/avatar/rig.h"
#include "flowtalk/avatar/surface.h"

namespace flowtalk::avatar {

// A full mood may be shown as far as it opens the mouth by so much of a full vowel or of jawOpen,
// and closes the lids by so much of a blink.
inline constexpr float kMostOpenedByMood = 0.15f, kMostShutByMood = 0.35f;

// Channels that open a mouth, and those that shut lids.
bool opens_mouth(size_t channel);
bool shuts_lids(size_t channel);

// The same mood in parts that the mesh has beside it, brows, eyes and mouth, as VRoid names them:
// Fcl_BRW_Joy, Fcl_EYE_Joy and Fcl_MTH_Joy of Fcl_ALL_Joy.
std::optional<std::array<size_t, kMoodParts>> parts_of_mood(const MeshTargets& mesh, size_t target);

// The targets that are such parts.
std::set<size_t> all_parts(const MeshTargets& mesh);

// Says how much of each mood is shown at most, part by part: Wire::most, Mood::most.
void limit_moods(const Surface& surface, Rig& rig);

// Vowels, blinks and looks, less what moods hold back of them.
void hold_back(const Rig& rig, std::array<float, kChannels>& values);

}  // namespace flowtalk::avatar
