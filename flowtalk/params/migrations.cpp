#include "flowtalk/params/migrations.h"

#include <algorithm>
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

// What the above does to settings by themselves.
constexpr std::array kSettings1 = {
    RenamedSetting{"model.prior.hidden", "model.prior.vae.hidden"},
    RenamedSetting{"model.prior.layers", "model.prior.vae.layers"},
    RenamedSetting{"model.prior.kernel", "model.prior.vae.kernel"},
    RenamedSetting{"model.flow", "model.generator.flow"},
    RenamedSetting{"loss.nll", "loss.flow.nll"},
};

// Weights that are whole steps lie in a byte each (formats/whole_steps.h), which readers of format
// 2 would take for numbers as they stand. Nothing else is new.
void same_config(Json&) {}
void same_run(const std::string&, Json&) {}

constexpr std::array kMigrations = {
    Migration{1, name_kinds, same_name, name_kinds_of_run, kSettings1},
    Migration{2, same_config, same_name, same_run, {}},
};

Json::json_pointer pointer_to(std::string_view path) {
  std::string text = fmt::format("/{}", path);
  std::replace(text.begin(), text.end(), '.', '/');
  return Json::json_pointer(text);
}

// Whether there may be something at a place: all above it are objects, as far as they are there.
bool has_room(const Json& json, Json::json_pointer place) {
  while (!place.empty()) {
    place = place.parent_pointer();
    if (json.contains(place) && !json[place].is_object()) return false;
  }
  return true;
}

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

void migrate_settings(Json& settings, const std::string& where) {
  for (const Migration& step : migrations()) {
    for (const auto& [from, to] : step.settings) {
      const Json::json_pointer old = pointer_to(from), today = pointer_to(to);
      if (!settings.contains(old) || !has_room(settings, today)) continue;
      if (settings.contains(today)) {
        fail("{}: sets {} and, as it was called before, {}; keep {}", where, to, from, to);
      }
      settings[today] = settings[old];
      settings[old.parent_pointer()].erase(old.back());
    }
  }
}

std::optional<std::string> setting_today(std::string_view path) {
  std::string name(path);
  for (const Migration& step : migrations()) {
    for (const auto& [from, to] : step.settings) {
      const bool below = name.starts_with(from) && name.substr(from.size()).starts_with('.');
      if (name != from && !below) continue;
      name.replace(0, from.size(), to);
      break;
    }
  }
  return name == path ? std::nullopt : std::optional(name);
}

std::string migrated_name(std::string name, int from, int to) {
  for (const Migration& step : migrations()) {
    if (step.from >= from && step.from < to) name = step.tensor(name);
  }
  return name;
}

}  // namespace flowtalk::params
