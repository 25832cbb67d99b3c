// One encoded stream of a file: frames in, packets into the muxer.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/audio/libav.h"

namespace flowtalk::video {

class Encoder {
 public:
  // The encoder `name` as a new stream of `muxer`; set up context(), then open().
  Encoder(AVFormatContext& muxer, const std::string& name, const std::filesystem::path& path);

  AVCodecContext& context() { return *context_; }
  const AVCodec& codec() const { return *codec_; }
  void open(AVDictionary** settings);
  // Encodes one frame, or with null what is still held back, and writes the finished packets.
  void send(const AVFrame* frame);

 private:
  AVFormatContext& muxer_;
  std::filesystem::path path_;  // named in errors
  const AVCodec* codec_;
  AVStream* stream_ = nullptr;
  audio::Libav<AVCodecContext> context_;
  audio::Libav<AVPacket> packet_;
};

}  // namespace flowtalk::video
