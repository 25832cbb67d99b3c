#include "flowtalk/foreign/import.h"

#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/foreign/card.h"
#include "flowtalk/foreign/imported_params.h"
#include "flowtalk/foreign/release.h"
#include "flowtalk/foreign/systems.h"
#include "flowtalk/model/native.h"
#include "flowtalk/params/checkpoint.h"

namespace flowtalk::foreign {
namespace {

namespace fs = std::filesystem;
using ops::NativeOps;

const SystemRow& system_of(const Published& file) {
  if (const SystemRow* row = recognise(file.weights().shapes)) return *row;
  fail(
      "{}: is a checkpoint of no system that flowtalk imports; `flowtalk inspect` shows its "
      "tensors",
      file.path());
}

// The checkpoint, with its prior where that is another file.
struct Opened {
  Published file;
  std::vector<fs::path> sources;
};

Opened open_release(const fs::path& checkpoint, const std::string& prior) {
  ReleaseFiles files = release_files(checkpoint);
  Opened opened{Published(files.checkpoint), {files.checkpoint}};
  const SystemRow& row = system_of(opened.file);
  const Planner& planner = planner_of(row.system);
  if (planner.needs.empty()) {
    if (prior.empty()) return opened;
    fail_usage("{} {}: {} needs none, it is {}; leave it out", Field("prior"), prior,
               opened.file.path(), row.text);
  }
  if (!prior.empty()) files.prior = release_files(prior).checkpoint;
  if (files.prior.empty()) {
    fail("{}: is {}; give {}, the checkpoint of its first stage", opened.file.path(), row.text,
         Field("prior"));
  }
  const Published second(files.prior);
  if (!planner_of(system_of(second).system).prior) {
    fail("{}: is {}, expected a first stage", second.path(), system_of(second).text);
  }
  opened.file.add(second, std::string(planner.needs));
  opened.sources.push_back(files.prior);
  return opened;
}

// Makes the model, or the prior alone, and checks that nothing is missing or left over.
void take_tensors(const Plan& plan, const std::string& where, ImportedParams& source) {
  model::ModelConfig in_range;
  from_json(to_json(plan.model), in_range, where);
  const params::Scope<NativeOps> scope(source);
  if (plan.whole) {
    plan.model.check(where);
    const model::NativeFlowTalk made(scope, plan.model);
  } else {
    plan.model.prior.check(where);
    const prior::AnyPrior<NativeOps> made(scope / "prior", plan.model.prior);
  }
  source.finish();
}

Plan plan_of(const Published& file, const SystemRow& row, const Choices& choices) {
  const MakePlan make = planner_of(row.system).make;
  if (make == nullptr) fail("{}: is {}; give the second stage", file.path(), row.text);
  return make(file, choices);
}

std::string card_of(const SystemRow& row, const std::vector<fs::path>& sources) {
  return card_text(
      "An imported model",
      fmt::format("The numbers of {} under the names of flowtalk, made by `flowtalk import "
                  "checkpoint`.",
                  row.text),
      sources,
      "The weights are under the licence of whoever published them (for models trained on MEAD "
      "mostly CC BY-NC 4.0,\nno commercial use); flowtalk's own licence does not change that. The "
      "motion prior of such releases was trained\non the test sentences too (protocol paper).");
}

void save(const Plan& plan, const ImportedParams& params, const fs::path& folder,
          const std::string& card) {
  const Json config{{"kind", plan.whole ? "model" : "prior"},
                    {"protocol", "paper"},
                    {"model", to_json(plan.model)}};
  params::save_checkpoint(folder, config, params.tensors(), formats::Dtype::kF32,
                          [&](const fs::path& fresh) { save_file(fresh / "card.md", card); });
}

}  // namespace

Imported import_checkpoint(const ImportOptions& o) {
  if (o.checkpoint.empty()) {
    fail_usage("which checkpoint? for example: flowtalk import checkpoint last.ckpt -o imported");
  }
  if (o.output.empty()) fail_usage("where to? give {}", Field("output"));
  const fs::path folder = replaced_folder(o.output, "output", is_of_import);
  const Opened opened = open_release(o.checkpoint, o.prior);
  const SystemRow& row = system_of(opened.file);
  const Choices choices{o.heads, o.encoder_config, o.subjects, o.face_template};
  const Plan plan = plan_of(opened.file, row, choices);
  ImportedParams params(opened.file, plan);
  take_tensors(plan, opened.file.path(), params);
  save(plan, params, folder, card_of(row, opened.sources));
  return {std::string(row.text), plan.whole, folder, plan.warnings};
}

std::string check_importable(const fs::path& checkpoint) {
  const Opened opened = open_release(checkpoint, "");
  const SystemRow& row = system_of(opened.file);
  const Plan plan = plan_of(opened.file, row, {.any_heads = true});
  ImportedParams params(opened.file, plan);
  take_tensors(plan, opened.file.path(), params);
  return std::string(row.text);
}

}  // namespace flowtalk::foreign
