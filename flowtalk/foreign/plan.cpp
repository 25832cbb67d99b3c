#include "flowtalk/foreign/plan.h"

#include <algorithm>
#include <array>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/hugging_face.h"

namespace flowtalk::foreign {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostConfigBytes = size_t{1} << 20;

// Heads of the published encoders, by their width.
struct EncoderHeads {
  int width, heads;
};
constexpr std::array kEncoderHeads = {EncoderHeads{768, 12}, EncoderHeads{1024, 16}};

// The object that describes a network: the whole document, or a part of it.
Json network_in(const fs::path& given) {
  const fs::path file = fs::is_directory(given) ? given / "config.json" : given;
  const Json json = parse_json(load_file(file, kMostConfigBytes), file.string());
  if (!json.is_object()) fail("{}: expected a JSON object", file.string());
  if (json.contains("model_type") || json.contains("architectures")) return json;
  for (const char* part : {"hubert", "wav2vec2"}) {
    if (json.contains(part) && json[part].is_object()) return json[part];
  }
  fail("{}: describes no speech encoder; give the config.json of a Hugging Face folder",
       file.string());
}

}  // namespace

int heads_of(const Published& file, const std::string& setting, int64_t width,
             const Choices& choices, int usual) {
  if (choices.any_heads) return 1;
  const auto said = file.setting(setting);
  if (said && choices.heads && *said != *choices.heads) {
    fail("{}: {} is {} there, {} says {}; leave it out", file.path(), setting, *said,
         Field("heads"), *choices.heads);
  }
  const int64_t heads = said.value_or(choices.heads.value_or(usual));
  if (heads < 1 || heads > width || width % heads != 0) {
    fail("{}: {} attention heads do not divide the width {}{}", file.path(), heads, width,
         said ? "; the file is damaged" : fmt::format("; give {}", Field("heads")));
  }
  return static_cast<int>(heads);
}

encoder::HubertConfig encoder_of(const Published& file, const Choices& choices) {
  if (!choices.encoder_config.empty()) {
    const std::string where = choices.encoder_config.string();
    return encoder::hugging_face_config(network_in(choices.encoder_config), where).sizes;
  }
  encoder::HubertConfig config = encoder::sizes_in(file.weights());
  const auto known =
      std::find_if(kEncoderHeads.begin(), kEncoderHeads.end(),
                   [&](const EncoderHeads& row) { return row.width == config.hidden_size; });
  if (choices.any_heads) {
    config.num_attention_heads = 1;
  } else if (known != kEncoderHeads.end()) {
    config.num_attention_heads = known->heads;
  } else {
    fail(
        "{}: its speech encoder is {} wide, and no shape tells its heads; give {}, a config.json "
        "of "
        "Hugging Face",
        file.path(), config.hidden_size, Field("encoder_config"));
  }
  config.check(file.path());
  return config;
}

void begin_flame(Plan& plan, const Published& file, const Choices& choices, int64_t latent) {
  plan.model.axes = motion::Axes::kFlame;
  plan.model.conditions = mead_conditions();
  plan.model.encoder = encoder_of(file, choices);
  plan.given["generator/latent_mean"] = std::vector<float>(static_cast<size_t>(latent), 0.0f);
  plan.given["generator/latent_sd"] = std::vector<float>(static_cast<size_t>(latent), 1.0f);
}

}  // namespace flowtalk::foreign
