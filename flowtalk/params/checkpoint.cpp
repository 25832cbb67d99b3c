#include "flowtalk/params/checkpoint.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::params {

namespace fs = std::filesystem;

namespace {
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "weights.safetensors";
constexpr size_t kMaxConfigBytes = size_t{1} << 24;
}  // namespace

Checkpoint load_checkpoint(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    fail("{}: no such checkpoint; expected a folder with {} and {}", folder.string(), kConfig,
         kWeights);
  }
  const fs::path config_path = folder / kConfig;
  Json config = parse_json(load_file(config_path, kMaxConfigBytes), config_path.string());
  if (!config.is_object()) fail("{}: expected a JSON object", config_path.string());
  const auto format = config.find("format");
  if (format == config.end() || !format->is_number_integer()) {
    fail("{}: \"format\" is missing, expected {}; is this a checkpoint of flowtalk?",
         config_path.string(), kCheckpointFormat);
  }
  if (*format != kCheckpointFormat) {
    fail("{}: format {}, this flowtalk reads {}; use the flowtalk that wrote it",
         config_path.string(), format->dump(), kCheckpointFormat);
  }
  config.erase("format");
  return {folder, std::move(config), formats::SafetensorsFile(folder / kWeights)};
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
