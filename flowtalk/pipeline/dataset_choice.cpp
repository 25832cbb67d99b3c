#include "flowtalk/pipeline/dataset_choice.h"

#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;

fs::path DatasetOptions::folder() const { return data::dataset_folder(dataset); }

data::Index DatasetOptions::index() const { return data::scan_dataset(folder()); }

std::vector<data::Clip> DatasetOptions::clips(const data::Index& index,
                                              const Conditions& model) const {
  const std::string name = split_name();
  if (name != "test" && name != "validation" && name != "train" && name != "all") {
    fail_usage("{} {}: expected test, validation, train or all", Field("split"), split);
  }
  std::vector<data::Clip> clips = name == "all"          ? index.clips
                                  : name == "train"      ? index.of(data::Split::kTrain)
                                  : name == "validation" ? index.of(data::Split::kValidation)
                                                         : index.of(data::Split::kTest);
  if (clips.empty()) {
    fail("{}: no clip of the {} split among {}; `flowtalk data check` tells what is there",
         folder().string(), name, index.clips.size());
  }
  return data::renamed(std::move(clips), index.conditions, model);
}

void check_axes(const fs::path& folder, const data::Index& index, const predict::Session& session) {
  const motion::Axes model = session.config().axes;
  if (!index.axes || *index.axes == model) return;
  fail("{}: moves the axes of {}, the model those of {}; give {} another one", folder.string(),
       owner_of(*index.axes), owner_of(model), Field("model"));
}

}  // namespace flowtalk::pipeline
