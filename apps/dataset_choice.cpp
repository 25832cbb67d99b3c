#include "apps/dataset_choice.h"

#include "flowtalk/base/error.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;

void DatasetChoice::add_to(CLI::App& app, const std::string& what) {
  app.add_option("--dataset", dataset, what);
  app.add_option("--split", split, "test, validation, train or all (default test)")
      ->transform(CLI::Transformer({{"val", "validation"}}))
      ->check(CLI::IsMember({"test", "validation", "train", "all"}));
}

fs::path DatasetChoice::folder() const {
  const fs::path root = dataset;
  return fs::is_directory(root / "mead") ? root / "mead" : root;
}

data::Index DatasetChoice::index() const { return data::scan_dataset(folder()); }

std::vector<data::Clip> DatasetChoice::clips(const data::Index& index,
                                             const Conditions& model) const {
  std::vector<data::Clip> clips = split == "all"          ? index.clips
                                  : split == "train"      ? index.of(data::Split::kTrain)
                                  : split == "validation" ? index.of(data::Split::kValidation)
                                                          : index.of(data::Split::kTest);
  if (clips.empty()) {
    fail("{}: no clip of the {} split among {}; `flowtalk data check` tells what is there",
         folder().string(), split, index.clips.size());
  }
  return data::renamed(std::move(clips), index.conditions, model);
}

void check_axes(const fs::path& folder, const data::Index& index,
                const predict::Predictor& predictor) {
  const motion::Axes model = predictor.config().axes;
  if (!index.axes || *index.axes == model) return;
  fail("{}: moves the axes of {}, the model those of {}; give --model another one", folder.string(),
       owner_of(*index.axes), owner_of(model));
}

}  // namespace flowtalk::apps
