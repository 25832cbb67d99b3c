// KTX2 files as glTF's KHR_texture_basisu has them: one picture, and smaller ones of it.
#pragma once

#include <string>
#include <string_view>

#include "flowtalk/video/picture_file.h"

namespace flowtalk::video {

bool is_ktx2(std::string_view bytes);
// Whether its pixels are of the one kind that is read, ETC1S packed by BasisLZ (basis_lz.h); the
// other that glTF allows is UASTC. Errors name `where`: damaged.
bool is_read_ktx2(std::string_view bytes, const std::string& where);

// The largest whose edges are at most most_edge, or the smallest. Errors name `where`: pixels of
// another kind, damaged, more than 4096 pixels along an edge.
DecodedPicture decode_ktx2(std::string_view bytes, int most_edge, const std::string& where);

}  // namespace flowtalk::video
