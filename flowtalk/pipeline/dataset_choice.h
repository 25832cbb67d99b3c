// Which clips of which data set a command takes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/data/index.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct DatasetOptions {
  std::string dataset, split = "test";

  template <class V>
  void fields(V&& field) {
    field("dataset", dataset, "folder in 3DMEAD's layout");
    field("split", split, "test, validation (val), train or all (default test)");
  }

  // The folder that holds param/ and wav/: the one given, or mead/ in it.
  std::filesystem::path folder() const;
  // Usage Error: no such split. Error: none.
  std::vector<data::Clip> clips() const;
};

// A corpus of ours moves the axes of the built-in head, and says so. Error: the model moves others.
void check_axes(const std::filesystem::path& folder, const predict::Session& session);

}  // namespace flowtalk::pipeline
