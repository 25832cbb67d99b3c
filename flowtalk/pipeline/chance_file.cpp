#include "flowtalk/pipeline/chance_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::pipeline {

std::shared_ptr<const generate::GivenChance> load_chance(const std::filesystem::path& path) {
  const formats::SafetensorsFile file(path);
  auto chance = std::make_shared<generate::GivenChance>();
  chance->where = path.string();
  std::vector<std::string> known;
  generate::GivenChance::each(*chance, [&](std::string_view name, std::vector<float>& values) {
    known.emplace_back(name);
    if (!file.contains(known.back())) return;
    const tensor::Tensor held = file.load(known.back());
    values.assign(held.values().begin(), held.values().end());
  });
  for (const std::string& name : file.names()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    fail("{}: '{}'{} is no chance that a model draws; expected noise, step_noise, eps or uniforms",
         path.string(), formats::printable(name), did_you_mean(name, known));
  }
  if (file.names().empty()) {
    fail("{}: is empty, expected noise, step_noise, eps or uniforms", path.string());
  }
  return chance;
}

}  // namespace flowtalk::pipeline
