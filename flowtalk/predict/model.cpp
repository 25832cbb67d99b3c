#include "flowtalk/predict/model.h"

#include <fmt/ranges.h>

#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;
namespace {

using ops::NativeOps;

// The network with the encoder of a Hugging Face folder, which must be that of training; what there
// is to say of it, in a line.
std::string make_with_encoder(Model::Network& network, model::ModelConfig& config,
                              params::NativeParams& source, const std::string& name,
                              const fs::path& encoder_folder) {
  const encoder::StoredEncoder stored(encoder_folder);
  const auto& wanted = config.external_encoder;
  config.encoder = stored.config();
  ThreadPool pool(1);
  NativeOps ops(pool);
  auto encoder = stored.make(ops);
  const auto got = stored.identity();
  if (!got.used()) {
    fail(
        "{}: is an encoder of flowtalk, {} was trained with one of Hugging Face; give its folder "
        "(it was {})",
        encoder_folder.string(), name, wanted.folder);
  }
  if (got.fingerprint != wanted.fingerprint) {
    fail(
        "{}: is not the encoder that {} was trained with: fingerprint {} ({} values), expected "
        "{} ({} values); give {} the folder of training (it was {})",
        encoder_folder.string(), name, got.fingerprint, got.values, wanted.fingerprint,
        wanted.values, Field("encoder"), wanted.folder);
  }
  network.layers = std::make_unique<const model::NativeFlowTalk>(params::Scope<NativeOps>(source),
                                                                 config, std::move(encoder));
  source.finish();
  network.drop_pages = [stored] { stored.drop_pages(); };
  return fmt::format("{}", fmt::join(stored.notes(), "; "));
}

model::ModelConfig config_of(const params::Checkpoint& checkpoint, const std::string& where) {
  if (checkpoint.config.value("kind", "") != "model" || !checkpoint.config.contains("model")) {
    fail("{}: is no whole model (kind '{}'); give the checkpoint of `flowtalk train generator`",
         where, checkpoint.config.value("kind", ""));
  }
  model::ModelConfig config;
  config.conditions = mead_conditions();
  from_json(checkpoint.config["model"], config, where);
  config.check(where);
  config.encoder.check(where);
  config.encoder.check_motion_rate(where);
  return config;
}

}  // namespace

struct Model::Parts {
  params::Checkpoint checkpoint;
  std::string where;  // config.json
};

Model::Model(std::string name, Parts parts, const fs::path& encoder) : name_(std::move(name)) {
  const std::string& where = parts.where;
  config_ = config_of(parts.checkpoint, where);
  const auto& wanted = config_.external_encoder;
  params::NativeParams source(std::move(parts.checkpoint.weights));
  auto network = std::make_unique<Network>();
  if (!wanted.used()) {
    if (!encoder.empty()) {
      fail("{}: has its encoder inside; leave {} {} out", where, Field("encoder"),
           encoder.string());
    }
    network->layers =
        std::make_unique<const model::NativeFlowTalk>(params::Scope<NativeOps>(source), config_);
    source.finish();
  } else {
    if (encoder.empty()) {
      fail(
          "{}: needs the encoder it was trained with, fingerprint {} ({} values); give its folder "
          "with {} (it was {} in training)",
          where, wanted.fingerprint, wanted.values, Field("encoder"), wanted.folder);
    }
    encoder_note_ = make_with_encoder(*network, config_, source, name_, encoder);
  }
  network_ = std::move(network);
}

Model::~Model() = default;

std::shared_ptr<const Model> Model::load(const fs::path& folder, const fs::path& encoder) {
  Parts parts{params::load_checkpoint(folder), (folder / "config.json").string()};
  return std::shared_ptr<const Model>(new Model(folder.string(), std::move(parts), encoder));
}

std::shared_ptr<const Model> Model::from_bytes(const std::string& name, std::string_view config,
                                               std::string_view weights, const fs::path& encoder) {
  Parts parts{params::checkpoint_from_bytes(name, config, weights), name};
  return std::shared_ptr<const Model>(new Model(name, std::move(parts), encoder));
}

model::ModelConfig load_config(const fs::path& checkpoint) {
  return config_of(params::load_checkpoint(checkpoint), (checkpoint / "config.json").string());
}

size_t Model::packed_weights() const { return network_->packed->size(); }

}  // namespace flowtalk::predict
