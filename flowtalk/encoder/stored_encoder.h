// The one door to every speech encoder on disk, for either backend: a HuBERT or wav2vec 2.0 of
// Hugging Face, a checkpoint of an encoder, or the checkpoint of a whole model that has its encoder
// inside; encoder_place.h says where they are looked for.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::encoder {

// Borrows the mapped file, which copies share. Native encoders borrow from it too, and keep it.
class StoredEncoder {
 public:
  // Error: no encoder is found there, only the name of another one, or it is damaged.
  explicit StoredEncoder(const std::filesystem::path& given);

  const std::filesystem::path& folder() const { return folder_; }  // that holds it
  const std::string& network() const { return network_; }  // "HuBERT", "wav2vec 2.0", "flowtalk"
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
  // A line that lists what else the weights hold (heads of a task) and nobody reads; "" for
  // nothing.
  std::string left_unread() const;
  // What people should know of what was taken: a line on which of several it is, and left_unread().
  std::vector<std::string> notes() const;
  void drop_pages() const;  // see formats::MappedFile

 private:
  void open_own();

  std::filesystem::path folder_;
  std::string which_, network_ = "flowtalk";
  HubertConfig config_;
  std::shared_ptr<HuggingFaceWeights> theirs_;
  std::optional<formats::SafetensorsFile> ours_;
};

// What stands at a place that somebody takes for an encoder.
struct EncoderReport {
  std::filesystem::path folder;
  std::string network;  // see StoredEncoder
  HubertConfig config;
  std::string left_unread;     // see StoredEncoder
  std::string not_for_motion;  // why training and prediction refuse it; "" if they take it
};
// Opens it and fits every tensor, without computing: whoever encodes with it takes what this takes,
// and fails with the Error of this.
EncoderReport describe_encoder(const std::filesystem::path& given);

}  // namespace flowtalk::encoder
