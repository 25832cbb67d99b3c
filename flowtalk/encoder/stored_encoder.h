// The one door to every HuBERT on disk, for either backend: a folder of Hugging Face, a checkpoint
// of an encoder, or the checkpoint of a whole model that has its encoder inside.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::encoder {

// Borrows the mapped file, which copies share. Native encoders borrow from it too, and keep it.
class StoredEncoder {
 public:
  // Error: the folder holds no encoder, only the name of another one, or is damaged.
  explicit StoredEncoder(const std::filesystem::path& folder);

  const HubertConfig& config() const { return config_; }
  // The encoder with these weights. Error that lists all tensors that do not fit.
  template <class Ops>
  Hubert<Ops> make(Ops& ops) const {
    if (theirs_) {
      HuggingFaceParams<Ops> source(*theirs_, ops);
      Hubert<Ops> hubert{params::Scope<Ops>(source), config_};
      theirs_->finish();
      return hubert;
    }
    params::NativeParams weights(*ours_);
    params::Converted<Ops> source(weights, ops);
    Hubert<Ops> hubert{params::Scope<Ops>(source) / "encoder", config_};
    weights.finish("encoder/");
    return hubert;
  }
  // What a model remembers of one of Hugging Face, once it is made; not used() for one of ours.
  ExternalEncoder identity() const;
  // The weights of one of ours, under "encoder/"; nothing for one of Hugging Face.
  const std::optional<formats::SafetensorsFile>& own_weights() const { return ours_; }
  void drop_pages() const;  // see formats::MappedFile

 private:
  void open_own();

  std::filesystem::path folder_;
  HubertConfig config_;
  std::shared_ptr<HuggingFaceWeights> theirs_;
  std::optional<formats::SafetensorsFile> ours_;
};

}  // namespace flowtalk::encoder
