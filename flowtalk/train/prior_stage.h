// Stage 1: the motion prior. Loss: L1 on expression and jaw, lip vertices, velocity; some latent
// frames are masked. Of a VAE: KL with free bits per dimension; posterior noise is AR(1). Of a
// VQ-VAE: the distance of codes; those that no frame takes begin anew.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/train_config.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

struct PriorLossConfig {
  float expression = 1.5f, jaw = 6.0f, lips = 0.1f, velocity = 2.0f, kl = 3e-3f, free_bits = 0.05f;
  float noise_rho = 0.8f, mask_frames = 0.1f;
  float codes = 1.5f, commitment = 0.25f;

  template <class V>
  void fields(V&& field) {
    field("expression", expression, between(0.0f, 100.0f), "weight of L1 on expression");
    field("jaw", jaw, between(0.0f, 100.0f), "weight of L1 on the jaw, radians");
    field("lips", lips, between(0.0f, 100.0f), "weight of the lip vertex distance, millimetres");
    field("velocity", velocity, between(0.0f, 100.0f), "weight of L1 on velocity");
    field("kl", kl, between(0.0f, 10.0f), "weight of the KL divergence per dimension");
    field("free_bits", free_bits, between(0.0f, 2.0f), "KL per dimension that costs nothing, nats");
    field("noise_rho", noise_rho, between(0.0f, 0.99f), "AR(1) coefficient of posterior noise");
    field("mask_frames", mask_frames, between(0.0f, 0.9f),
          "share of latent frames that are zeroed");
    field("codes", codes, between(0.0f, 100.0f), "weight of the distance of codes, of a VQ-VAE");
    field("commitment", commitment, between(0.0f, 10.0f),
          "of what is encoded to its codes, as a share of that");
  }
};

struct PriorRun {
  model::ModelConfig model;
  TrainConfig train{.max_epoch = 10, .steps_per_epoch = 200, .batch = 32, .lr = 1e-3f};
  PriorLossConfig loss;
  std::string protocol = "clean";  // which clips the caller chose; goes into the checkpoint

  template <class V>
  void fields(V&& field) {
    field("model", model, "sizes");
    field("train", train, "schedule");
    field("loss", loss, "loss weights");
    field("protocol", protocol, "clean, or paper: test sentences are among the training clips");
  }
};

// Lips are those of `face`, which moves by the axes of config.model.
void train_prior(const PriorRun& config, const RunFolder& run, const Clips& training,
                 const Clips& validation, const face::Face& face);

}  // namespace flowtalk::train
