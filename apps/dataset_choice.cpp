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

std::vector<data::Clip> DatasetChoice::clips() const {
  const data::Index index = data::scan_dataset(folder());
  std::vector<data::Clip> clips = split == "all"          ? index.clips
                                  : split == "train"      ? index.of(data::Split::kTrain)
                                  : split == "validation" ? index.of(data::Split::kValidation)
                                                          : index.of(data::Split::kTest);
  if (clips.empty()) {
    fail("{}: no clip of the {} split among {}; `flowtalk data check` tells what is there",
         folder().string(), split, index.clips.size());
  }
  return clips;
}

void check_axes(const fs::path& folder, const predict::Session& session) {
  if (!fs::exists(folder / "synth.json") || session.config().axes == motion::Axes::kBuiltin) return;
  fail("{}: moves the axes of the built-in head, the model those of {}; give --model another one",
       folder.string(), owner_of(session.config().axes));
}

}  // namespace flowtalk::apps
