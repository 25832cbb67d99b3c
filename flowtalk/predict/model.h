// A trained model on the native backend: immutable once loaded, shared by any number of sessions.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "flowtalk/model/model_config.h"

namespace flowtalk::predict {

class Model {
 public:
  // `encoder` is one of Hugging Face (encoder/encoder_place.h), for models whose encoder is not in
  // their checkpoint; else
  // "". Error: folder or file missing or damaged, tensors missing, extra or misshapen; an encoder
  // that is missing, not wanted, or not the one of training.
  static std::shared_ptr<const Model> load(const std::filesystem::path& checkpoint,
                                           const std::filesystem::path& encoder = {});
  // The same from the bytes of the two files of a checkpoint, which are copied. `name` stands for
  // the folder in messages.
  static std::shared_ptr<const Model> from_bytes(const std::string& name, std::string_view config,
                                                 std::string_view weights,
                                                 const std::filesystem::path& encoder = {});
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const std::string& name() const { return name_; }  // its folder, or what from_bytes was told
  const model::ModelConfig& config() const { return config_; }
  // What there is to say of a foreign encoder, in a line: its notes(); "" for nothing.
  const std::string& encoder_note() const { return encoder_note_; }
  // How many weights are in packed form. They are packed at their first use, once for all sessions.
  size_t packed_weights() const;

  struct Network;  // predict/workspace.h
  const Network& network() const { return *network_; }

 private:
  struct Parts;
  Model(std::string name, Parts parts, const std::filesystem::path& encoder);

  std::string name_;
  model::ModelConfig config_;
  std::string encoder_note_;
  std::unique_ptr<const Network> network_;
};

// What a checkpoint says of its model, without its weights. Errors as Model::load.
model::ModelConfig load_config(const std::filesystem::path& checkpoint);

}  // namespace flowtalk::predict
