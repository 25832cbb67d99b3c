// The encoder stage: a small HuBERT learns from waveforms with known phone times. A linear head
// gives the phone of each 50 Hz frame; the head stays in the checkpoint of this stage only.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/train_config.h"

namespace flowtalk::train {

struct EncoderRun {
  encoder::HubertConfig encoder = encoder::small_hubert();
  TrainConfig train{.max_epoch = 50, .steps_per_epoch = 100, .batch = 8, .lr = 1.5e-3f};
  data::AugmentOptions augment;
  float window_s = 3.2f;
  float long_window_s = 0;      // of every second step, so that the whole past of attention is used
  float silence_weight = 0.3f;  // of silent frames in the loss; they are many and easy
  // For encoders whose level is that of the past.
  float gain_db = 0, silent_start = 0;
  float teacher = 0;
  bool keep_convolutions = false;

  template <class V>
  void fields(V&& field) {
    field("encoder", encoder, "sizes");
    field("train", train, "schedule");
    field("augment", augment, "changes to each clip, as recordings differ");
    field("window_s", window_s, between(0.5f, 30.0f), "seconds of one training window");
    field("long_window_s", long_window_s, between(0.0f, 60.0f),
          "seconds of the windows of every second step; 0: as the others");
    field("gain_db", gain_db, between(0.0f, 40.0f),
          "most that a whole window is louder or fainter, beside what augment does to each clip");
    field("silent_start", silent_start, between(0.0f, 1.0f),
          "share of windows that begin with 0.2 to 2 s of silence or of noise alone");
    field("teacher", teacher, between(0.0f, 100.0f),
          "weight of the squared distance to the features of the encoder that training begins "
          "from, in its own reading of the whole window");
    field("keep_convolutions", keep_convolutions,
          "the convolutions stay as they are where training begins");
    field("silence_weight", silence_weight, between(0.0f, 1.0f), "weight of silent frames");
  }
};

// Changes a clip as recordings differ (noise, room, gain, speed); phones keep to the audio.
using Augment = std::function<data::PhoneClip(const data::PhoneClip&, Rng)>;

// `from`: a checkpoint with an encoder whose weights training begins with, see encoder_start.h; "":
// fresh ones. Error: a teacher is asked for and there is none.
void train_encoder(const EncoderRun& config, const RunFolder& run,
                   const std::vector<data::PhoneClip>& training,
                   const std::vector<data::PhoneClip>& validation, const Augment& augment,
                   const std::filesystem::path& from = {});

}  // namespace flowtalk::train
