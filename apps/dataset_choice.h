// Which clips of which data set a command takes.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/data/index.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::apps {

struct DatasetChoice {
  std::string dataset, split = "test";

  void add_to(CLI::App& app, const std::string& what);  // --dataset, --split
  // The folder that holds param/ and wav/: the one given, or mead/ in it.
  std::filesystem::path folder() const;
  // Error: none.
  std::vector<data::Clip> clips() const;
};

// A corpus of ours moves the axes of the built-in head, and says so. Error: the model moves others.
void check_axes(const std::filesystem::path& folder, const predict::Session& session);

}  // namespace flowtalk::apps
