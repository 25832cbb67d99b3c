#include "flowtalk/pipeline/model_choice.h"

#include "flowtalk/predict/default_checkpoint.h"

namespace flowtalk::pipeline {

params::RunCheckpoint ModelOptions::checkpoint(std::optional<int> epoch) const {
  return params::checkpoint_in(
      model.empty() ? predict::default_checkpoint() : std::filesystem::path(model), epoch);
}

Conditions ModelOptions::conditions() const { return predict::load_config(folder()).conditions; }

predict::Session ModelOptions::load(const Reporter& reporter) const {
  const auto [folder, which] = checkpoint();
  if (!which.empty()) reporter.note(fmt::format("{}: takes {}", model, which));
  auto session = predict::Session::open(folder, threads, encoder);
  if (const std::string& note = session.model().encoder_note(); !note.empty()) reporter.note(note);
  return session;
}

}  // namespace flowtalk::pipeline
