#include "flowtalk/params/checkpoint.h"

#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/migrations.h"

namespace flowtalk::params {

namespace fs = std::filesystem;

namespace {
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "weights.safetensors";
constexpr size_t kMaxConfigBytes = size_t{1} << 24;

// What to say beside that of a file of torch, which may be that of a published system.
std::string advice_for(const fs::path& path) {
  for (const char* ending : {".ckpt", ".pth", ".pt", ".tar"}) {
    if (path.extension() != ending) continue;
    return fmt::format(
        "; if a published system saved {0}, run `flowtalk import checkpoint {0} -o "
        "OUT` first",
        path.string());
  }
  return "";
}

// What to say of a folder without a config.json: the checkpoints in it, if there are any.
[[noreturn]] void fail_without_config(const fs::path& folder) {
  std::string inside, advice;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (advice.empty()) advice = advice_for(entry.path());
    if (!fs::exists(entry.path() / kConfig, code)) continue;
    inside += (inside.empty() ? "" : ", ") + entry.path().filename().string();
  }
  fail("{}: is no checkpoint, it has no {}{}{}", folder.string(), kConfig,
       inside.empty() ? "; expected a checkpoint or a run of training"
                      : fmt::format("; in it are {}: give one of them", inside),
       advice);
}

// The format, which is taken out of the config.
int take_format(Json& config, const std::string& path) {
  if (config.contains("model_type") || config.contains("architectures")) {
    fail("{}: is of Hugging Face, not a checkpoint of flowtalk; as an encoder it goes to {}", path,
         Field("encoder"));
  }
  const auto format = config.find("format");
  if (format == config.end() || !format->is_number_integer()) {
    fail("{}: \"format\" is missing, expected 1 to {}; is this a checkpoint of flowtalk?", path,
         kCheckpointFormat);
  }
  if (*format < 1 || *format > kCheckpointFormat) {
    fail("{}: format {}, this flowtalk reads 1 to {}; use the flowtalk that wrote it", path,
         format->dump(), kCheckpointFormat);
  }
  const int number = *format;
  config.erase("format");
  return number;
}

// The config of a text, without "format", and the weights, both as the newest format has them.
Checkpoint read_checkpoint(const fs::path& folder, std::string_view text, const std::string& where,
                           const std::function<formats::SafetensorsFile()>& open_weights) {
  Json config = parse_json(std::string(text), where);
  if (!config.is_object()) fail("{}: expected a JSON object", where);
  const int format = take_format(config, where);
  formats::SafetensorsFile weights = open_weights();
  if (format < kCheckpointFormat) {
    migrate_config(config, format, kCheckpointFormat);
    weights = weights.renamed(
        [&](const std::string& name) { return migrated_name(name, format, kCheckpointFormat); });
  }
  return {folder, std::move(config), std::move(weights)};
}

}  // namespace

Checkpoint load_checkpoint(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    const bool file = fs::exists(folder);
    fail("{}: {}; expected a folder with {} and {}{}", folder.string(),
         file ? "is a file, not a checkpoint" : "no such checkpoint", kConfig, kWeights,
         file ? advice_for(folder) : "");
  }
  const fs::path config_path = folder / kConfig;
  if (!fs::exists(config_path)) fail_without_config(folder);
  const std::string text = load_file(config_path, kMaxConfigBytes);
  return read_checkpoint(folder, text, config_path.string(),
                         [&] { return formats::SafetensorsFile(folder / kWeights); });
}

Checkpoint checkpoint_from_bytes(const std::string& name, std::string_view config,
                                 std::string_view weights) {
  // Tensors are borrowed where they lie as their type wants it, as in a mapped file.
  const auto copy = std::make_shared<const std::string>(weights);
  return read_checkpoint(name, config, name,
                         [&] { return formats::SafetensorsFile(name, *copy, copy); });
}

void save_checkpoint(const fs::path& folder, const Json& config,
                     const formats::NamedTensors& tensors, formats::Dtype dtype,
                     const std::function<void(const fs::path&)>& more) {
  FT_CHECK(config.is_object() && !config.contains("format"), "{}", config.dump());
  PartialOutput output(folder);
  fs::create_directories(output.path());
  Json versioned = Json::object();
  versioned["format"] = kCheckpointFormat;
  versioned.update(config);
  save_file(output.path() / kConfig, versioned.dump(2) + "\n");
  formats::save_safetensors(output.path() / kWeights, tensors, dtype);
  if (more) more(output.path());
  output.commit();
}

}  // namespace flowtalk::params
