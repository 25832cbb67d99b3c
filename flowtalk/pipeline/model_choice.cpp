#include "flowtalk/pipeline/model_choice.h"

#include "flowtalk/predict/default_checkpoint.h"

namespace flowtalk::pipeline {

std::filesystem::path ModelOptions::folder() const {
  return model.empty() ? predict::default_checkpoint() : std::filesystem::path(model);
}

Conditions ModelOptions::conditions() const { return predict::load_config(folder()).conditions; }

predict::Session ModelOptions::load() const {
  return predict::Session::open(folder(), threads, encoder);
}

}  // namespace flowtalk::pipeline
