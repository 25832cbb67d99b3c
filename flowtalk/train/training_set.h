// The clips of a data set as training takes them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/part.h"
#include "flowtalk/data/index.h"
#include "flowtalk/train/feature_cache.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

struct DatasetOptions {
  std::string dataset = "datasets", train_subjects;

  template <class V>
  void fields(V&& field) {
    field("dataset", dataset, "folder in the layout of 3DMEAD (default datasets)");
    field("train_subjects", train_subjects, "style ids, separated by spaces; default all");
  }

  data::Index index() const;
  // Clips of the chosen subjects among `all`, which are the split's. Error: none.
  std::vector<data::Clip> chosen(const std::vector<data::Clip>& all, const data::Index& index,
                                 const char* split) const;
  std::map<std::string, std::string> inputs() const;  // for run.json
};

// What a stage's configuration says of its motion and of its conditions.
template <class Run>
auto& axes_in(Run& run) {
  if constexpr (requires { run.model.axes; }) {
    return run.model.axes;
  } else {
    return run.axes;
  }
}
template <class Run>
auto& conditions_in(Run& run) {
  if constexpr (requires { run.model.conditions; }) {
    return run.model.conditions;
  } else {
    return run.conditions;
  }
}

// A stage's configuration and its data set.
template <class Run>
struct Prepared {
  Run config;
  data::Index index;
};

// `fill` makes the configuration over what the data set says of itself (expression axes,
// conditions). Errors: one of fill's, before the data set is looked at; a configuration that says
// otherwise than the data set.
template <class Run, class Fill>
Prepared<Run> prepare(const DatasetOptions& data, const Fill& fill) {
  Prepared<Run> made;
  fill(made.config);
  made = {Run(), data.index()};
  auto& [config, index] = made;
  conditions_in(config) = index.conditions;
  if (index.axes) axes_in(config) = *index.axes;
  fill(config);
  if (!(conditions_in(config) == index.conditions)) {
    fail("conditions: not those of the data set, which a model takes; leave them out");
  }
  if (index.axes && axes_in(config) != *index.axes) {
    fail("face: is '{}', but the data set moves the axes of {} ('{}'); leave it out",
         text_of(axes_in(config)), owner_of(*index.axes), text_of(*index.axes));
  }
  return made;
}

// Motion in the data set's axes; in those of `axes` where it says none. quiet: no progress.
std::vector<TrainingClip> load(const std::vector<data::Clip>& clips, const data::Index& index,
                               motion::Axes axes, bool quiet);
// With speech features; of each, `copies` more in changed voices, the motion at their pace. The
// same copies for every run.
std::vector<TrainingClip> load(const std::vector<data::Clip>& clips, const data::Index& index,
                               motion::Axes axes, const FeatureCache& features, int copies,
                               const data::AugmentOptions& augment, bool quiet);

// Only encodes, into the cache, the clips of a part: what load() of the same then finds there.
void encode(const std::vector<data::Clip>& clips, const FeatureCache& features, int copies,
            const data::AugmentOptions& augment, const Part& part, bool quiet);

}  // namespace flowtalk::train
