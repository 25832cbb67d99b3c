// Which clips of which data set a command takes.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/data/index.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::apps {

struct DatasetChoice {
  std::string dataset, split = "test";

  void add_to(CLI::App& app, const std::string& what);  // --dataset, --split
  // The folder that holds param/ and wav/: the one given, or mead/ in it.
  std::filesystem::path folder() const;
  data::Index index() const;
  // Of the split, their names as the model has them. Error: none, or one whose emotion, level or
  // style the model has not.
  std::vector<data::Clip> clips(const data::Index& index, const Conditions& model) const;
};

// Error: the data set says which expression axes its motion has, and the model moves others.
void check_axes(const std::filesystem::path& folder, const data::Index& index,
                const predict::Predictor& predictor);

}  // namespace flowtalk::apps
