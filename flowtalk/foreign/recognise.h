// Which published system a checkpoint is of, by the names of its tensors alone. The one list of
// systems; what an import makes of each is in systems.h.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::foreign {

enum class System {
  kLatentDiffusion,
  kFaceDiffuser,
  kFaceXHubert,
  kFaceFormer,
  kCodeTalker,
  kCodeTalkerStage2,
  kCodeTalkerPrior,
  kProbTalk3dVq,
  kProbTalk3dVae,
  kProbTalk3dStage2,
  kProbTalk3dVqPrior,
  kProbTalk3dVaePrior,
};

struct SystemRow {
  System system{};
  std::string_view name;       // of reports
  std::string_view landmarks;  // how names begin, separated by spaces; every one is there
  std::string_view text;       // "a ProbTalk3D checkpoint of ..."
};

// In this order: the first row whose landmarks are all there is it.
inline constexpr std::array kSystems = {
    SystemRow{System::kLatentDiffusion, "latent_diffusion",
              "gru.weight_ih_l0 time_mlp. cond_projection. motion_prior.mean.",
              "a checkpoint of FaceDiffuser over the latents of a VAE, its HuBERT included"},
    SystemRow{System::kFaceDiffuser, "face_diffuser", "gru.weight_ih_l0 time_mlp. cond_projection.",
              "a FaceDiffuser checkpoint, its HuBERT included"},
    SystemRow{System::kFaceXHubert, "face_xhubert", "gru.weight_ih_l0 fc. obj_vector. emo_vector.",
              "a FaceXHuBERT checkpoint, its HuBERT included"},
    SystemRow{System::kFaceFormer, "faceformer",
              "transformer_decoder.layers. vertice_map_r. obj_vector.",
              "a FaceFormer checkpoint, its wav2vec 2.0 included"},
    SystemRow{System::kCodeTalker, "codetalker",
              "transformer_decoder.layers. feat_map. autoencoder.quantize.",
              "both stages of a CodeTalker, its wav2vec 2.0 included"},
    SystemRow{System::kCodeTalkerStage2, "codetalker_stage2",
              "transformer_decoder.layers. feat_map.",
              "the second stage of a CodeTalker without its first"},
    SystemRow{System::kCodeTalkerPrior, "codetalker_stage1",
              "encoder.vertice_mapping. decoder.vertice_map_reverse. quantize.",
              "the first stage of a CodeTalker, which is of use with its second alone"},
    SystemRow{System::kProbTalk3dVq, "probtalk3d_vqvae_predictor",
              "feature_predictor. motion_prior.quantize.",
              "a ProbTalk3D checkpoint of voice to motion, its HuBERT included"},
    SystemRow{System::kProbTalk3dVae, "probtalk3d_vae_predictor",
              "feature_predictor. motion_prior.mean.",
              "a ProbTalk3D checkpoint of voice to motion, its HuBERT included"},
    SystemRow{System::kProbTalk3dStage2, "probtalk3d_predictor", "feature_predictor.",
              "a ProbTalk3D checkpoint of voice to motion without its motion prior"},
    SystemRow{System::kProbTalk3dVqPrior, "probtalk3d_vqvae_prior",
              "motion_encoder. motion_decoder. quantize.",
              "a ProbTalk3D checkpoint of a motion prior"},
    SystemRow{System::kProbTalk3dVaePrior, "probtalk3d_vae_prior",
              "motion_encoder. motion_decoder. mean.", "a ProbTalk3D checkpoint of a motion prior"},
};

// Null: none that we know. Names may stand behind "module.".
const SystemRow* recognise(const std::map<std::string, tensor::Shape>& shapes);

const SystemRow& row_of(System system);

}  // namespace flowtalk::foreign
