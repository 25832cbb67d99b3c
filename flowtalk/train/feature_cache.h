// Speech features on disk, so that several runs over one corpus and one encoder compute them once.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flowtalk/train/generator_stage.h"

namespace flowtalk::train {

// By which what an encoder made is known: the SHA-256 of its weights' file, and 16 digits of its
// config, for the same weights hear otherwise by another reach or level.
std::string identity_of(const EncoderChoice& encoder);

class FeatureCache {
 public:
  // folder "": no cache, every clip is encoded anew. Entries are named by the SHA-256 of the
  // voice's file, in a folder named by the encoder's, so that a changed file or encoder is never
  // mistaken.
  FeatureCache(const std::filesystem::path& folder, const FeatureExtractor& encoder);
  // (T, 2C) of a sound file.
  torch::Tensor operator()(const std::filesystem::path& voice) const;
  struct Changed {
    torch::Tensor speech;  // (T, 2C)
    double speed;          // against the file's
  };
  // Of the file's voice, changed by data::augment.
  Changed changed(const std::filesystem::path& voice, const data::AugmentOptions& options,
                  const Rng& rng) const;

 private:
  using Samples = std::vector<float>;
  torch::Tensor kept(const std::string& entry, const std::function<Samples()>& samples) const;

  std::filesystem::path folder_;
  const FeatureExtractor& encoder_;
};

torch::Tensor to_torch(const tensor::Tensor& x);

}  // namespace flowtalk::train
