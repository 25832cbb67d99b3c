#include "flowtalk/video/encoder.h"

#include "flowtalk/base/error.h"

namespace flowtalk::video {

Encoder::Encoder(AVFormatContext& muxer, const std::string& name, const std::filesystem::path& path)
    : muxer_(muxer),
      path_(path),
      codec_(avcodec_find_encoder_by_name(name.c_str())),
      packet_(audio::make_packet()) {
  if (codec_ == nullptr) {
    fail("{}: this libavcodec has no encoder {}; install one that has it (Debian: libavcodec59)",
         path.string(), name);
  }
  context_.reset(avcodec_alloc_context3(codec_));
  stream_ = avformat_new_stream(&muxer, nullptr);
  if (!context_ || stream_ == nullptr) fail("{}: out of memory for {}", path.string(), name);
  if ((muxer.oformat->flags & AVFMT_GLOBALHEADER) != 0) {
    context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  }
}

void Encoder::open(AVDictionary** settings) {
  int code = avcodec_open2(context_.get(), codec_, settings);
  if (code >= 0) code = avcodec_parameters_from_context(stream_->codecpar, context_.get());
  if (code < 0) {
    fail("{}: the encoder {} does not start ({})", path_.string(), codec_->name,
         audio::libav_error(code));
  }
  stream_->time_base = context_->time_base;
  if (context_->codec_type == AVMEDIA_TYPE_VIDEO) stream_->avg_frame_rate = context_->framerate;
}

void Encoder::send(const AVFrame* frame) {
  int code = avcodec_send_frame(context_.get(), frame);
  while (code >= 0) {
    code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    if (code < 0) break;
    packet_->stream_index = stream_->index;
    // One frame each; without it the last picture of the file would have no duration.
    if (context_->codec_type == AVMEDIA_TYPE_VIDEO) packet_->duration = 1;
    av_packet_rescale_ts(packet_.get(), context_->time_base, stream_->time_base);
    code = av_interleaved_write_frame(&muxer_, packet_.get());
    if (code < 0) {
      fail("{}: cannot be written ({})", path_.string(), audio::libav_error(code));
    }
  }
  fail("{}: the encoder {} failed ({})", path_.string(), codec_->name, audio::libav_error(code));
}

}  // namespace flowtalk::video
