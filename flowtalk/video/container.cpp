#include "flowtalk/video/container.h"

#include <algorithm>
#include <string>

#include "flowtalk/base/files.h"

namespace flowtalk::video {

const std::vector<Container>& containers() {
  static const std::vector<Container> all = {
      {".mp4",
       "mp4",
       {{"libx264", AV_PIX_FMT_YUV420P}},
       {},
       "aac",
       {AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS}},
      {".mov",
       "mov",
       {{"libx264", AV_PIX_FMT_YUV420P}},
       {{"prores_ks", AV_PIX_FMT_YUVA444P10LE}, {"png", AV_PIX_FMT_RGBA}},
       "aac",
       {AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_ALAC, AV_CODEC_ID_PCM_S16LE,
        AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_F32LE}},
      {".webm",
       "webm",
       {{"libvpx-vp9", AV_PIX_FMT_YUV420P}},
       {{"libvpx-vp9", AV_PIX_FMT_YUVA420P}},
       "libopus",
       {AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS},
       true}};
  return all;
}

const Container& container_of(const std::filesystem::path& path) {
  const auto& all = containers();
  const std::string ending = ending_of(path);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Container& c) { return ending == c.ending; });
  return found == all.end() ? all.front() : *found;
}

const PictureCodec* first_present(const std::vector<PictureCodec>& codecs) {
  const auto found = std::find_if(codecs.begin(), codecs.end(), [](const PictureCodec& codec) {
    return avcodec_find_encoder_by_name(codec.encoder) != nullptr;
  });
  return found == codecs.end() ? nullptr : &*found;
}

}  // namespace flowtalk::video
