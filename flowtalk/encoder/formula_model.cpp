#include "flowtalk/encoder/formula_model.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::encoder {
namespace fs = std::filesystem;
namespace {

// Element i from 1 on of the splitmix64 stream of a seed, top 24 bits as [0, 1).
double uniform(uint64_t seed, uint64_t i) {
  uint64_t z = seed + i * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / 16777216.0;
}

}  // namespace

void write_formula_model(const fs::path& golden, const fs::path& folder) {
  const fs::path file = golden / "formula.json";
  const Json formula = parse_json(load_file(file), file.string());
  formats::NamedTensors tensors;
  for (const Json& item : formula.at("parameters")) {
    const auto name = item.at("name").get<std::string>();
    const auto seed = std::stoull(item.at("seed_hex").get<std::string>(), nullptr, 16);
    const auto scale = item.at("scale").get<double>(), offset = item.at("offset").get<double>();
    tensor::Tensor x(item.at("shape").get<tensor::Shape>());
    for (int64_t i = 0; i < x.size(); ++i) {
      const double u = uniform(seed, static_cast<uint64_t>(i) + 1);
      const double scaled = scale * (2 * u - 1);  // named, so that it is rounded before the sum
      x[i] = static_cast<float>(scaled + offset);
    }
    const auto first = item.at("first").get<std::vector<float>>();
    for (size_t i = 0; i < first.size(); ++i) {
      if (x[static_cast<int64_t>(i)] != first[i]) fail("{}: '{}' differs", file.string(), name);
    }
    tensors.emplace_back(name, x);
  }
  fs::create_directories(folder);
  fs::copy_file(golden / "config.json", folder / "config.json");
  formats::save_safetensors(folder / "model.safetensors", tensors);
}

}  // namespace flowtalk::encoder
