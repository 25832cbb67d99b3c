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
  std::string split_name() const { return split == "val" ? "validation" : split; }

  template <class V>
  void fields(V&& field) {
    field("dataset", dataset, "folder in 3DMEAD's layout");
    field("split", split, "test, validation (val), train or all (default test)");
  }

  // See data::dataset_folder.
  std::filesystem::path folder() const;
  data::Index index() const;
  // Of the split, their names as the model has them. Usage Error: no such split. Error: no clip, or
  // one whose emotion, level or style the model has not.
  std::vector<data::Clip> clips(const data::Index& index, const Conditions& model) const;
};

// Error: the data set says which expression axes its motion has, and the model moves others.
void check_axes(const std::filesystem::path& folder, const data::Index& index,
                const predict::Session& session);

}  // namespace flowtalk::pipeline
