#include "flowtalk/audio/test_sounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/audio/libav.h"

namespace flowtalk::audio {
namespace {

constexpr int kFilmHz = 25;

void put(AVFormatContext& muxer, int stream, double seconds, const std::string& bytes) {
  const auto packet = make_packet();
  ASSERT_EQ(av_new_packet(packet.get(), static_cast<int>(bytes.size())), 0);
  std::copy(bytes.begin(), bytes.end(), packet->data);
  packet->stream_index = stream;
  packet->pts = packet->dts = std::llround(seconds / av_q2d(muxer.streams[stream]->time_base));
  packet->flags |= AV_PKT_FLAG_KEY;
  ASSERT_GE(av_interleaved_write_frame(&muxer, packet.get()), 0);
}

// The packets of a tone, one behind the other.
std::vector<std::string> compressed_tone(size_t count) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MP2);
  const Libav<AVCodecContext> encoder(avcodec_alloc_context3(codec));
  encoder->sample_rate = kMadeRate;
  encoder->ch_layout = AV_CHANNEL_LAYOUT_MONO;
  encoder->sample_fmt = AV_SAMPLE_FMT_S16;
  encoder->time_base = {1, kMadeRate};
  EXPECT_GE(avcodec_open2(encoder.get(), codec, nullptr), 0);
  const auto frame = make_frame();
  frame->nb_samples = encoder->frame_size;
  frame->format = encoder->sample_fmt;
  frame->sample_rate = kMadeRate;
  frame->ch_layout = encoder->ch_layout;
  EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  std::vector<std::string> packets;
  for (int64_t at = 0; packets.size() < count; at += frame->nb_samples) {
    EXPECT_GE(av_frame_make_writable(frame.get()), 0);
    auto* samples = reinterpret_cast<int16_t*>(frame->data[0]);
    for (int i = 0; i < frame->nb_samples; ++i) {
      const double turns = 300.0 * static_cast<double>(at + i) / kMadeRate;
      samples[i] = static_cast<int16_t>(16000 * std::sin(2 * std::numbers::pi * turns));
    }
    frame->pts = at;
    EXPECT_GE(avcodec_send_frame(encoder.get(), frame.get()), 0);
    const auto packet = make_packet();
    while (avcodec_receive_packet(encoder.get(), packet.get()) >= 0) {
      packets.emplace_back(reinterpret_cast<const char*>(packet->data),
                           static_cast<size_t>(packet->size));
      av_packet_unref(packet.get());
    }
  }
  packets.resize(count);
  return packets;
}

std::vector<std::string> sound_of(const MadeFilm& film) {
  if (film.compressed) return compressed_tone(film.packets);
  std::string samples;
  for (int i = 0; i < static_cast<int>(kPacketS * kMadeRate); ++i) samples += little(0x4000, 2);
  return std::vector<std::string>(film.packets, samples);
}

void add_streams(AVFormatContext& muxer, const MadeFilm& film) {
  AVCodecParameters& sound = *avformat_new_stream(&muxer, nullptr)->codecpar;
  sound.codec_type = AVMEDIA_TYPE_AUDIO;
  sound.codec_id = film.compressed ? AV_CODEC_ID_MP2 : AV_CODEC_ID_PCM_S16LE;
  sound.sample_rate = kMadeRate;
  sound.bits_per_coded_sample = film.compressed ? 0 : 16;
  sound.block_align = film.compressed ? 0 : 2;
  sound.bit_rate = film.compressed ? 0 : 16 * kMadeRate;
  sound.ch_layout = AV_CHANNEL_LAYOUT_MONO;
  if (film.picture_s == 0) return;
  AVStream& picture = *avformat_new_stream(&muxer, nullptr);
  picture.time_base = {1, kFilmHz};
  picture.codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  picture.codecpar->codec_id = film.compressed ? AV_CODEC_ID_MPEG1VIDEO : AV_CODEC_ID_MJPEG;
  picture.codecpar->width = picture.codecpar->height = 16;
}

}  // namespace

std::string little(uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string wav_header(uint32_t bytes, const WavFormat& format) {
  const uint32_t sample = format.floats ? 4 : 2, block = sample * format.channels;
  return "RIFF" + little(bytes + 36, 4) + "WAVEfmt " + little(16, 4) +
         little(format.floats ? 3 : 1, 2) + little(format.channels, 2) + little(format.rate_hz, 4) +
         little(block * format.rate_hz, 4) + little(block, 2) + little(8 * sample, 2) + "data" +
         little(bytes, 4);
}

std::string float_wav(const std::vector<float>& samples, uint32_t rate_hz, uint32_t channels,
                      uint32_t stated_bytes) {
  const auto size = static_cast<uint32_t>(4 * samples.size());
  std::string out =
      wav_header(stated_bytes > 0 ? stated_bytes : size, {rate_hz, channels, /*floats=*/true});
  return out.append(reinterpret_cast<const char*>(samples.data()), size);
}

std::vector<float> sine(double hz, double rate_hz, double seconds, double level) {
  std::vector<float> x(static_cast<size_t>(std::lround(rate_hz * seconds)));
  for (size_t i = 0; i < x.size(); ++i) {
    const double turns = hz * static_cast<double>(i) / rate_hz;
    x[i] = static_cast<float>(level * std::sin(2 * std::numbers::pi * turns));
  }
  return x;
}

void write_film(const std::filesystem::path& path, const MadeFilm& film) {
  AVFormatContext* muxer = nullptr;
  avformat_alloc_output_context2(&muxer, nullptr, nullptr, path.c_str());
  ASSERT_NE(muxer, nullptr);
  add_streams(*muxer, film);
  ASSERT_GE(avio_open(&muxer->pb, path.c_str(), AVIO_FLAG_WRITE), 0);
  ASSERT_GE(avformat_write_header(muxer, nullptr), 0);
  // As muxers want it: what comes first on the clock first.
  int64_t pictures = 0;
  const auto put_pictures = [&](double until_s) {
    for (; static_cast<double>(pictures) < film.picture_s * kFilmHz; ++pictures) {
      const double at = static_cast<double>(pictures) / kFilmHz;
      if (at > until_s) return;
      put(*muxer, 1, at, std::string(400, '\x7f'));
    }
  };
  const std::vector<std::string> sound = sound_of(film);
  for (size_t i = 0; i < sound.size(); ++i) {
    put_pictures(film.at(i));
    put(*muxer, 0, film.at(i), sound[i]);
  }
  put_pictures(film.picture_s);
  av_write_trailer(muxer);
  avio_closep(&muxer->pb);
  avformat_free_context(muxer);
}

}  // namespace flowtalk::audio
