// Which codecs a kind of film holds; within this room only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/audio/libav.h"

namespace flowtalk::video {

struct PictureCodec {
  const char* encoder;
  AVPixelFormat format;
};

struct Container {
  const char* ending;
  const char* muxer;
  std::vector<PictureCodec> opaque, transparent;  // the first that libavcodec has is taken
  const char* sound_encoder;
  std::vector<AVCodecID> copied;  // sound that players expect in it, so that it is taken over as is
  // Sound begins with samples that are skipped. Either its first packet is that much before zero;
  // or it is at zero, the file says how much is skipped, and players begin earlier by that.
  bool begins_with_skipped = false;
};

// By the path's ending; mp4 for any other.
const Container& container_of(const std::filesystem::path& path);
const std::vector<Container>& containers();

// The first that is there; null: none.
const PictureCodec* first_present(const std::vector<PictureCodec>& codecs);

}  // namespace flowtalk::video
