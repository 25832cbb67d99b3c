#include "flowtalk/pipeline/model_choice.h"

namespace flowtalk::pipeline {

std::filesystem::path ModelOptions::folder() const {
  return model.empty() ? predict::default_checkpoint() : std::filesystem::path(model);
}

predict::Predictor ModelOptions::load() const {
  return predict::Predictor::load(folder(), threads, encoder);
}

}  // namespace flowtalk::pipeline
