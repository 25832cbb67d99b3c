// For tests: the full-size golden HuBERT, whose weights are a formula of their names and shapes.
#pragma once

#include <filesystem>

namespace flowtalk::encoder {

// A Hugging Face folder (config.json, model.safetensors, 378 MB) from the golden folder's
// formula.json, by the rule in its formula.md. `folder` is made.
void write_formula_model(const std::filesystem::path& golden, const std::filesystem::path& folder);

}  // namespace flowtalk::encoder
