#include "flowtalk/params/migrations.h"

#include <array>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::params {
namespace {

std::string same_name(const std::string& name) { return name; }

// Before there were kinds of generators and priors, every model was a flow over a VAE.
void name_kinds_of_model(Json& model) {
  if (!model.is_object()) return;
  if (const auto prior = model.find("prior"); prior != model.end() && prior->is_object()) {
    Json named = {{"kind", "vae"}}, sizes = *prior;
    if (const auto latent = sizes.find("latent"); latent != sizes.end()) {
      named["latent"] = *latent;
      sizes.erase("latent");
    }
    named["vae"] = std::move(sizes);
    *prior = std::move(named);
  }
  if (const auto flow = model.find("flow"); flow != model.end()) {
    const Json generator{{"kind", "flow"}, {"flow", *flow}};
    model.erase("flow");
    model["generator"] = generator;
  }
}

void name_kinds(Json& config) {
  const std::string kind = config.value("kind", "");
  if ((kind != "model" && kind != "prior") || !config.contains("model")) return;
  name_kinds_of_model(config["model"]);
}

// The likelihood was the one loss of a family, and conditions those of 3DMEAD.
void name_kinds_of_run(const std::string& stage, Json& config) {
  const auto model = config.find("model");
  if (model == config.end()) return;
  if (stage == "classifier") {
    config["conditions"] = to_json(mead_conditions());
  } else if ((stage == "prior" || stage == "generator") && model->is_object()) {
    name_kinds_of_model(*model);
    (*model)["conditions"] = to_json(mead_conditions());
  }
  const auto loss = config.find("loss");
  if (loss == config.end() || !loss->is_object() || !loss->contains("nll")) return;
  const Json flow{{"nll", (*loss)["nll"]}};
  loss->erase("nll");
  (*loss)["flow"] = flow;
}

constexpr std::array kMigrations = {
    Migration{1, name_kinds, same_name, name_kinds_of_run},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

void migrate_config(Json& config, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) step.config(config);
  }
}

void migrate_run(const std::string& stage, Json& config, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) step.run(stage, config);
  }
}

std::string migrated_name(std::string name, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) name = step.tensor(name);
  }
  return name;
}

}  // namespace flowtalk::params
