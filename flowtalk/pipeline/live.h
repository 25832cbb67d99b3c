// A voice in, a live face out: sound or a finished motion, sent to other programs as it happens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/arkit/gains.h"
#include "flowtalk/arkit/presets.h"
#include "flowtalk/audio/pcm_stream.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/base/tally.h"
#include "flowtalk/live/protocol.h"
#include "flowtalk/pipeline/live_preview.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/performance.h"

namespace flowtalk::pipeline {

// What a voice is asked for while it is heard.
struct LiveAskedOptions {
  std::string emotion, id;
  StrengthOptions strength;
  Temperature temperature;
  std::optional<double> blinks;  // per minute
  uint64_t seed = 0;
  uint32_t take = 0;
  PerformingOptions performing;
  ModelOptions model;

  template <class V>
  void fields(V&& field) {
    field("emotion", emotion, (emotion_help() + " (default neutral)").c_str());
    field("id", id,
          fmt::format("speaking style, {}, or average (default {})", style_help(),
                      default_conditions().styles.front())
              .c_str());
    field("strength", strength, "how strong");
    field("temperature", temperature,
          "how much chance there is, 0.1 to 0.5 is useful; per region: lips:0.1,eyes:0.4");
    field("blinks", blinks, between(0.0, double{predict::kMaxBlinks}),
          fmt::format("per minute (default {})", predict::kUsualBlinks).c_str());
    field("seed", seed, "the same seed and sound give the same motion (default 0)");
    field("take", take, "another take of the same seed (default 0)");
    field("performing", performing, "how alive");
    field("model", model, "which model");
  }

  PerformanceOptions performance() const;
};

// Sound that comes through the standard input.
struct PipeOptions {
  bool from_stdin = false;
  audio::PcmForm format = audio::PcmForm::kWav;
  int rate = 16000, channels = 1;

  template <class V>
  void fields(V&& field) {
    field("stdin", from_stdin, "hear the standard input: a WAV file, or bare samples with a rate");
    field("format", format, "of the standard input (default: wav, with a rate s16)");
    field("rate", rate, between(8000, 192000), "samples per second of bare samples");
    field("channels", channels, between(1, 32), "of bare samples, mixed to one (default 1)");
  }
};

// What stands for the usual microphone.
inline constexpr const char* kUsualMicrophone = "usual";

struct LiveOptions {
  std::string voice, motion, output, subject = "flowtalk";
  std::optional<std::string> microphone;  // kUsualMicrophone, or a name
  PipeOptions pipe;
  LiveLookOptions look;
  MotionOptions reading;
  LiveAskedOptions asked;
  std::vector<std::string> to;
  std::string control;
  live::ShapeNames names = live::ShapeNames::kPascal;
  float moods = 1;
  arkit::Gain gain = arkit::Gain::kNone;
  FrameRate fps{60, 1};
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voice", voice, "a sound file, heard at the pace of the clock");
    field("motion", motion, "a finished motion instead of a voice, shown at its own pace");
    field("pipe", pipe, "sound in a pipe");
    field("microphone", microphone,
          "hear a microphone: alone the usual one, or a name; a name that is not there lists all");
    field("reading", reading, "how a motion file is read");
    field("to", to,
          "where to, several times for several: livelink, vmc, ifacialmocap or ifacialmocap2, with "
          "machine and port where they are not this one and the usual: vmc://192.168.1.20:39539");
    field("subject", subject, "whose face it is called in Live Link (default flowtalk)");
    field("control", control,
          "change emotion, strength, style and temperature while it runs: the port, or HOST:PORT, "
          "where messages of OSC are heard, such as /flowtalk/emotion happy 0.8");
    field("names", names,
          "what VMC is told: the 52 shapes as JawOpen (pascal) or jawOpen (camel), or presets: the "
          "vowels, blinks and moods that every VRM avatar has");
    field("moods", moods, between(0.0f, 1.0f), arkit::kMoodsHelp);
    field("gain", gain,
          "none: values as the model gives them; arkit: as far as they move the head of ARKit's "
          "shapes (default none)");
    field("fps", fps, between(1.0, 240.0), "frames per second that are sent (default 60)");
    field("asked", asked, "how it is spoken");
    field(
        "output", output,
        "keep the motion: .npz, .npy or .safetensors, or a film with its sound: .mp4, .mov, .webm");
    field("look", look, "how it is shown");
  }
};

// Middle and rare worst of what was measured.
struct Spread {
  double p50 = 0, p99 = 0;
};
// Of no values: zeros.
Spread spread_of(const Tally& values);

struct LiveReport {
  std::vector<std::string> targets;
  double heard_s = 0;  // of sound, or of motion
  int64_t frames = 0;  // sent
  int64_t packets = 0, left_out = 0, refused = 0;
  int64_t gaps = 0;
  double gap_s = 0;
  int64_t changes = 0;      // that were asked for on the way
  bool streamed = false;    // what follows was measured
  double lookahead_ms = 0;  // of the model
  Spread step_ms;           // processor time of a step of two frames
  Spread age_ms;            // from the moment of a face to its sending
  Spread behind_ms;         // from the time of a frame to its sending
  std::string kept;         // the file of motion or film
  int64_t pictures = 0;     // shown in the preview
};

// Until the sound or the motion is over, or somebody asks to stop (base/interruption.h). Errors:
// wrong options, a model that cannot hear live, files and pipes that cannot be read.
LiveReport live(LiveOptions options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
