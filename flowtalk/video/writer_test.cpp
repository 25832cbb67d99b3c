#include "flowtalk/video/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <numbers>
#include <optional>
#include <string>

#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::video {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class VideoTest : public testing::Test {
 protected:
  tests::ScratchFolder folder_;
};

// A square that moves over a plain ground.
render::Image picture(int frame, int width, int height) {
  render::Image image(width, height, {40, 60, 200});
  for (int y = height / 4; y < height / 2; ++y) {
    for (int x = frame; x < std::min(width, frame + width / 4); ++x) {
      image.at(x, y)[0] = 250;
      image.at(x, y)[2] = 30;
    }
  }
  return image;
}

audio::Audio tone(double seconds, int rate_hz) {
  audio::Audio sound;
  sound.rate_hz = rate_hz;
  sound.samples.resize(static_cast<size_t>(seconds * rate_hz));
  for (size_t i = 0; i < sound.samples.size(); ++i) {
    sound.samples[i] = static_cast<float>(
        0.4 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate_hz));
  }
  return sound;
}

void write(const fs::path& path, int frames, const VideoOptions& options,
           std::optional<audio::Audio> sound) {
  std::optional<Soundtrack> track;
  if (sound) track = soundtrack_of(*sound);
  VideoWriter writer(path, options, track);
  for (int i = 0; i < frames; ++i) writer.add(picture(i, options.width, options.height));
  writer.finish();
}

VideoOptions sized(int width, int height) {
  VideoOptions options;
  options.width = width;
  options.height = height;
  return options;
}

// What a player learns of a file.
struct Seen {
  int streams = 0, width = 0, height = 0;
  int64_t pictures = 0;
  double video_s = 0, audio_s = 0;
  double first_picture_s = -1, first_sound_s = -1;  // of packets
  double largest_lead_s = 0;  // how far sound and pictures are apart in the file
  std::string video_codec, audio_codec;
};

Seen look_at(const fs::path& path) {
  AVFormatContext* raw = nullptr;
  EXPECT_EQ(avformat_open_input(&raw, path.c_str(), nullptr, nullptr), 0);
  EXPECT_GE(avformat_find_stream_info(raw, nullptr), 0);
  Seen seen;
  seen.streams = static_cast<int>(raw->nb_streams);
  for (unsigned i = 0; i < raw->nb_streams; ++i) {
    const AVStream& s = *raw->streams[i];
    const double seconds = static_cast<double>(s.duration) * av_q2d(s.time_base);
    if (s.codecpar->codec_type == AVMEDIA_TYPE_VIDEO) {
      seen.video_s = seconds;
      seen.width = s.codecpar->width;
      seen.height = s.codecpar->height;
      seen.video_codec = avcodec_get_name(s.codecpar->codec_id);
    } else {
      seen.audio_s = seconds;
      seen.audio_codec = avcodec_get_name(s.codecpar->codec_id);
    }
  }
  const auto packet = audio::make_packet();
  double at[2] = {0, 0};
  while (av_read_frame(raw, packet.get()) >= 0) {
    const AVStream& s = *raw->streams[packet->stream_index];
    const bool video = s.codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
    double& first = video ? seen.first_picture_s : seen.first_sound_s;
    if (first == -1) first = static_cast<double>(packet->pts) * av_q2d(s.time_base);
    seen.pictures += video ? 1 : 0;
    at[video ? 0 : 1] = static_cast<double>(packet->dts) * av_q2d(s.time_base);
    seen.largest_lead_s = std::max(seen.largest_lead_s, std::abs(at[0] - at[1]));
    av_packet_unref(packet.get());
  }
  avformat_close_input(&raw);
  return seen;
}

TEST_F(VideoTest, BothStreamsLastAsLongAsThePictures) {
  // Sound shorter, equal and longer than the 60 pictures.
  for (const double seconds : {1.9, 2.4, 3.0}) {
    const auto path = folder_ / "talk.mp4";
    write(path, 60, sized(128, 96), tone(seconds, 16000));
    const Seen seen = look_at(path);
    EXPECT_EQ(seen.streams, 2);
    EXPECT_EQ(seen.video_codec, "h264");
    EXPECT_EQ(seen.audio_codec, "aac");
    EXPECT_EQ(seen.pictures, 60);
    EXPECT_NEAR(seen.video_s, 2.4, 1e-3) << seconds;
    EXPECT_NEAR(seen.audio_s, 2.4, 1e-3) << seconds;
    EXPECT_FALSE(fs::exists(folder_ / "talk.mp4.partial"));
  }
}

TEST_F(VideoTest, SoundAndPicturesAreInterleaved) {
  const auto path = folder_ / "long.mp4";
  write(path, 250, sized(64, 64), tone(10, 16000));
  EXPECT_LT(look_at(path).largest_lead_s, 1.5);
}

TEST_F(VideoTest, SoundIsInTimeWithThePictures) {
  // Silence, then a tone from 1 s on: it must start there after decoding, too.
  for (const char* name : {"onset.mp4", "onset.mov", "onset.webm"}) {
    for (const int rate_hz : {16000, 48000}) {
      audio::Audio sound = tone(2, rate_hz);
      std::fill_n(sound.samples.begin(), rate_hz, 0.0f);
      const auto path = folder_ / name;
      write(path, 50, sized(64, 64), sound);
      const Seen seen = look_at(path);
      EXPECT_EQ(seen.first_picture_s, 0) << name;
      // What is skipped of the first packet is before zero.
      if (seen.audio_codec == "opus") {
        EXPECT_NEAR(seen.first_sound_s, -312.0 / 48000, 0.001);
      }
      const audio::Audio back = audio::load_audio(path);
      EXPECT_NEAR(back.duration_s(), 2.0, 0.05) << name;
      size_t onset = 0;
      while (onset < back.samples.size() && std::abs(back.samples[onset]) < 0.2f) ++onset;
      EXPECT_NEAR(static_cast<double>(onset) / back.rate_hz, 1.0, 0.01) << name;
    }
  }
}

TEST_F(VideoTest, ColoursComeBack) {
  const auto path = folder_ / "colour.mp4";
  write(path, 5, sized(128, 128), std::nullopt);
  AVFormatContext* raw = nullptr;
  ASSERT_EQ(avformat_open_input(&raw, path.c_str(), nullptr, nullptr), 0);
  const AVCodecParameters* parameters = raw->streams[0]->codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters->codec_id);
  const audio::Libav<AVCodecContext> decoder(avcodec_alloc_context3(codec));
  avcodec_parameters_to_context(decoder.get(), parameters);
  ASSERT_EQ(avcodec_open2(decoder.get(), codec, nullptr), 0);
  const auto packet = audio::make_packet();
  const auto frame = audio::make_frame();
  while (av_read_frame(raw, packet.get()) >= 0) {
    avcodec_send_packet(decoder.get(), packet.get());
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  ASSERT_EQ(avcodec_receive_frame(decoder.get(), frame.get()), 0);
  // BT.709, limited range, of the ground (40, 60, 200).
  EXPECT_NEAR(frame->data[0][120 * frame->linesize[0] + 120], 72, 2);
  EXPECT_NEAR(frame->data[1][60 * frame->linesize[1] + 60], 190, 3);
  EXPECT_NEAR(frame->data[2][60 * frame->linesize[2] + 60], 112, 3);
  avformat_close_input(&raw);
}

TEST_F(VideoTest, OddSizesArePadded) {
  write(folder_ / "odd.mp4", 3, sized(101, 75), std::nullopt);
  const Seen seen = look_at(folder_ / "odd.mp4");
  EXPECT_EQ(seen.streams, 1);
  EXPECT_EQ(seen.width, 102);
  EXPECT_EQ(seen.height, 76);
  EXPECT_EQ(seen.pictures, 3);
}

// Whatever was in memory before.
TEST_F(VideoTest, SamePicturesGiveTheSameBytes) {
  write(folder_ / "a.mp4", 40, sized(320, 240), tone(1.6, 16000));
  mallopt(M_PERTURB, 1);
  write(folder_ / "b.mp4", 40, sized(320, 240), tone(1.6, 16000));
  mallopt(M_PERTURB, 0);
  EXPECT_TRUE(load_file(folder_ / "a.mp4") == load_file(folder_ / "b.mp4"));
}

TEST_F(VideoTest, PlaysBeforeItIsLoaded) {
  write(folder_ / "fast.mp4", 10, sized(64, 64), std::nullopt);
  const std::string bytes = load_file(folder_ / "fast.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST_F(VideoTest, MistakesLeaveNoFile) {
  const auto path = folder_ / "x.mp4";
  auto options = sized(64, 64);
  options.video_encoder = "no_such_encoder";
  EXPECT_THAT(message_of([&] { VideoWriter(path, options); }),
              AllOf(HasSubstr("x.mp4"), HasSubstr("no encoder no_such_encoder")));
  EXPECT_THAT(message_of([&] { VideoWriter(path, sized(0, 64)); }), HasSubstr("0 x 64"));
  EXPECT_THAT(message_of([&] {
                VideoWriter writer(path, sized(64, 64));
                writer.finish();
              }),
              HasSubstr("no picture"));
  {
    VideoWriter abandoned(path, sized(64, 64));
    abandoned.add(picture(0, 64, 64));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
  save_file(folder_ / "file", "x");
  EXPECT_THAT(message_of([&] { VideoWriter(folder_ / "file" / "x.mp4", sized(64, 64)); }),
              HasSubstr("file"));
  EXPECT_THAT(message_of([&] { write("/dev/full/x.mp4", 1, sized(64, 64), std::nullopt); }),
              HasSubstr("/dev/full"));
}

}  // namespace
}  // namespace flowtalk::video
