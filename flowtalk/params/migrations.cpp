#include "flowtalk/params/migrations.h"

#include <array>

#include "flowtalk/base/error.h"

namespace flowtalk::params {
namespace {

std::string same_name(const std::string& name) { return name; }

// Before there were kinds of generators and priors, every model was a flow over a VAE.
void name_kinds(Json& config) {
  const std::string kind = config.value("kind", "");
  if ((kind != "model" && kind != "prior") || !config.contains("model")) return;
  Json& model = config["model"];
  if (!model.is_object()) return;
  if (const auto prior = model.find("prior"); prior != model.end() && prior->is_object()) {
    Json named = {{"kind", "vae"}};
    named.update(*prior);
    *prior = std::move(named);
  }
  if (const auto flow = model.find("flow"); flow != model.end()) {
    const Json generator = {{"kind", "flow"}, {"flow", *flow}};
    model.erase("flow");
    model["generator"] = generator;
  }
}

constexpr std::array kMigrations = {
    Migration{1, name_kinds, same_name},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

void migrate_config(Json& config, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) step.config(config);
  }
}

std::string migrated_name(std::string name, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) name = step.tensor(name);
  }
  return name;
}

}  // namespace flowtalk::params
