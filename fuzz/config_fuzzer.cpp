// base/fields: the configs of models, encoders (also of Hugging Face) and training runs from JSON
// text, and --set. What is accepted keeps the ranges of its fields and survives being written and
// read.
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/hugging_face_config.h"
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
  const int64_t receptive = config.first_samples();
  if (config.hop_samples() < 1 || receptive < 1) fuzz::finding("an encoder without samples");
  if (config.frames(receptive) != 1) fuzz::finding("a frame of the receptive field is not one");
}

// The text as config.json and as preprocessor_config.json of a Hugging Face folder.
void check_hugging_face(const std::string& text) {
  static const fuzz::ScratchFile file("config.json");
  const std::filesystem::path folder = file.path().parent_path();
  const auto load = [&] {
    encoder::HubertConfig config;
    if (fuzz::accepts([&] { config = encoder::load_hugging_face_config(folder).sizes; })) {
      check_round_trip(config);
      check_encoder(config);
    }
  };
  save_file(file.path(), text);
  if (!fuzz::accepts([&] { encoder::is_hugging_face(folder); })) return;
  load();
  save_file(file.path(), R"({"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":1,)"
                         R"("num_conv_pos_embedding_groups":1,"model_type":"hubert"})");
  save_file(folder / "preprocessor_config.json", text);
  load();
  std::filesystem::remove(folder / "preprocessor_config.json");
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
  if (json.is_object()) check_hugging_face(text);
  return 0;
}
