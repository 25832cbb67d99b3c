// Pictures in files of PNG, JPEG, WebP or KTX2 (ktx2.h), as they come inside other files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::video {

struct DecodedPicture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // height * width * 4, sRGB, from the top
};

// Halved until neither edge is beyond most_edge. Errors name `where`: none of these kinds, damaged,
// more than 8192 pixels along an edge (KTX2: 4096).
DecodedPicture decode_picture(std::string_view bytes, int most_edge, const std::string& where);

}  // namespace flowtalk::video
