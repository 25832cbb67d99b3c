#include "apps/feature_cache.h"

#include <fmt/core.h>
#include <unistd.h>

#include "apps/fingerprint.h"
#include "flowtalk/audio/audio.h"
#include "flowtalk/formats/npy.h"

namespace flowtalk::apps {
namespace {

std::string name_of(const train::EncoderChoice& choice) {
  return choice.external.used() ? choice.external.fingerprint : sha256_of(choice.weights);
}

}  // namespace

torch::Tensor to_torch(const tensor::Tensor& x) {
  torch::Tensor result = torch::empty(x.shape());
  std::copy_n(x.data(), x.size(), result.data_ptr<float>());
  return result;
}

FeatureCache::FeatureCache(const std::filesystem::path& folder,
                           const train::FeatureExtractor& encoder)
    : encoder_(encoder) {
  if (!folder.empty()) folder_ = folder / name_of(encoder.choice());
}

torch::Tensor FeatureCache::operator()(const std::filesystem::path& voice) const {
  const auto encode = [&] { return encoder_(audio::load_audio(voice).samples); };
  if (folder_.empty()) return encode();
  const auto entry = folder_ / (sha256_of(voice) + ".npy");
  if (std::filesystem::exists(entry)) return to_torch(formats::load_npy(entry));
  const torch::Tensor features = encode().contiguous();
  tensor::Tensor copy({features.size(0), features.size(1)});
  std::copy_n(features.data_ptr<float>(), features.numel(), copy.data());
  std::filesystem::create_directories(folder_);
  // Under a name of this process first: another one may be writing the same entry.
  const auto own = folder_ / fmt::format("{}.{}.npy", entry.stem().string(), getpid());
  formats::save_npy(own, copy);
  std::filesystem::rename(own, entry);
  return features;
}

}  // namespace flowtalk::apps
