#include "flowtalk/train/feature_cache.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>

#include "flowtalk/audio/audio.h"
#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/sha256.h"

namespace flowtalk::train {
std::string identity_of(const EncoderChoice& encoder) {
  return encoder.external.used() ? encoder.external.fingerprint
                                 : fmt::format("{}-{}", formats::sha256_of(encoder.weights->path()),
                                               encoder::Fingerprint().of(encoder.config));
}

torch::Tensor to_torch(const tensor::Tensor& x) {
  torch::Tensor result = torch::empty(x.shape());
  std::copy_n(x.data(), x.size(), result.data_ptr<float>());
  return result;
}

FeatureCache::FeatureCache(const std::filesystem::path& folder, const FeatureExtractor& encoder)
    : encoder_(encoder) {
  if (!folder.empty()) folder_ = folder / identity_of(encoder.choice());
}

torch::Tensor FeatureCache::operator()(const std::filesystem::path& voice) const {
  return kept(folder_.empty() ? "" : formats::sha256_of(voice),
              [&] { return audio::load_audio(voice).samples; });
}

FeatureCache::Changed FeatureCache::changed(const std::filesystem::path& voice,
                                            const data::AugmentOptions& options,
                                            const Rng& rng) const {
  const Rng own = rng.fork(to_json(options).dump());
  const std::string entry =
      folder_.empty() ? ""
                      : fmt::format("{}.{:016x}", formats::sha256_of(voice), Rng(own).next_u64());
  const torch::Tensor speech = kept(entry, [&] {
    const data::PhoneClip clip{voice.stem().string(), audio::load_audio(voice), {}};
    return data::augment(clip, own, options).audio.samples;
  });
  Rng again = own;
  return {speech, data::drawn_speed(again, options)};
}

torch::Tensor FeatureCache::kept(const std::string& entry,
                                 const std::function<Samples()>& samples) const {
  if (folder_.empty()) return encoder_(samples());
  const auto file = folder_ / (entry + ".npy");
  if (std::filesystem::exists(file)) return to_torch(formats::load_npy(file));
  const torch::Tensor features = encoder_(samples()).contiguous();
  tensor::Tensor copy({features.size(0), features.size(1)});
  std::copy_n(features.data_ptr<float>(), features.numel(), copy.data());
  std::filesystem::create_directories(folder_);
  // Under a name of this process first: another one, here or on another machine, may be writing
  // the same entry.
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const auto own = folder_ / fmt::format("{}.{}.{}.npy", entry, host.data(), getpid());
  formats::save_npy(own, copy);
  std::filesystem::rename(own, file);
  return features;
}

}  // namespace flowtalk::train
