// video/ktx2: a picture of its size, whatever it is made of.
#include <algorithm>

#include "flowtalk/video/ktx2.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  constexpr int kMostEdge = 256;
  const std::string_view bytes = fuzz::bytes_of(data, size);
  video::DecodedPicture picture;
  if (!fuzz::accepts([&] { picture = video::decode_ktx2(bytes, kMostEdge, "x"); })) return 0;
  const auto pixels = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height);
  if (picture.width < 1 || picture.height < 1 || std::max(picture.width, picture.height) > 4096 ||
      picture.rgba.size() != 4 * pixels) {
    fuzz::finding("accepted, but of another size");
  }
  return 0;
}
