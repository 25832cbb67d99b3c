#include "flowtalk/pipeline/dataset_choice.h"

#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;

fs::path DatasetOptions::folder() const {
  const fs::path root = dataset;
  return fs::is_directory(root / "mead") ? root / "mead" : root;
}

std::vector<data::Clip> DatasetOptions::clips() const {
  const bool validation = split == "validation" || split == "val";
  if (!validation && split != "test" && split != "train" && split != "all") {
    fail_usage("{} {}: expected test, validation, train or all", Field("split"), split);
  }
  const data::Index index = data::scan_dataset(folder());
  std::vector<data::Clip> clips = split == "all"     ? index.clips
                                  : split == "train" ? index.of(data::Split::kTrain)
                                  : validation       ? index.of(data::Split::kValidation)
                                                     : index.of(data::Split::kTest);
  if (clips.empty()) {
    fail("{}: no clip of the {} split among {}; `flowtalk data check` tells what is there",
         folder().string(), split, index.clips.size());
  }
  return clips;
}

void check_axes(const fs::path& folder, const predict::Session& session) {
  if (!fs::exists(folder / "synth.json") || session.config().axes == motion::Axes::kBuiltin) return;
  fail("{}: moves the axes of the built-in head, the model those of {}; give {} another one",
       folder.string(), owner_of(session.config().axes), Field("model"));
}

}  // namespace flowtalk::pipeline
