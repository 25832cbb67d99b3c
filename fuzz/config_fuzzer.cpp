// base/fields: the configs of models, encoders and training runs from JSON text, and --set. What
// is accepted keeps the ranges of its fields and survives being written and read.
#include "flowtalk/model/model_config.h"
#include "flowtalk/train/train_config.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

template <class Config>
void check_round_trip(const Config& config) {
  const Json written = to_json(config);
  Config again;
  from_json(parse_json(written.dump(2), "written.json"), again, "written.json");
  if (to_json(again) != written) fuzz::finding("another config after writing and reading");
}

void check_encoder(const encoder::HubertConfig& config) {
  if (!fuzz::accepts([&] { config.check("x.json"); })) return;
  const int64_t receptive = config.receptive_samples();
  if (config.hop_samples() < 1 || receptive < 1) fuzz::finding("an encoder without samples");
  if (config.frames(receptive) != 1) fuzz::finding("a frame of the receptive field is not one");
}

template <class Config>
bool reads(const Json& json, Config& config) {
  if (!fuzz::accepts([&] { from_json(json, config, "x.json"); })) return false;
  check_round_trip(config);
  return true;
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string text(fuzz::bytes_of(data, size));
  model::ModelConfig model;
  train::TrainConfig training;
  encoder::HubertConfig encoder;
  if (fuzz::accepts([&] { set_field(model, text); })) check_round_trip(model);
  if (fuzz::accepts([&] { set_field(training, text); })) check_round_trip(training);
  Json json;
  if (!fuzz::accepts([&] { json = parse_json(text, "x.json"); })) return 0;
  if (reads(json, model)) check_encoder(model.encoder);
  if (reads(json, encoder)) check_encoder(encoder);
  reads(json, training);
  return 0;
}
