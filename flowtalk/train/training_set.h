// A stage's configuration over what its data set says of itself.
#pragma once

#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/train/corpus.h"

namespace flowtalk::train {

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
  std::unique_ptr<Corpus> corpus;
};

// `fill` makes the configuration over what the data set says of itself (expression axes,
// conditions). Errors: one of fill's, before the data set is looked at; a configuration that says
// otherwise than the data set.
template <class Run, class Fill>
Prepared<Run> prepare(const DatasetOptions& data, const Fill& fill) {
  Prepared<Run> made;
  fill(made.config);
  made = {Run(), data.open()};
  auto& config = made.config;
  const Corpus& corpus = *made.corpus;
  conditions_in(config) = corpus.conditions();
  if (corpus.axes()) axes_in(config) = *corpus.axes();
  fill(config);
  if (!(conditions_in(config) == corpus.conditions())) {
    fail("conditions: not those of the data set, which a model takes; leave them out");
  }
  if (corpus.axes() && axes_in(config) != *corpus.axes()) {
    fail("face: is '{}', but the data set moves the axes of {} ('{}'); leave it out",
         text_of(axes_in(config)), owner_of(*corpus.axes()), text_of(*corpus.axes()));
  }
  return made;
}

}  // namespace flowtalk::train
