// Which function plans the import of which system.
#pragma once

#include <string_view>

#include "flowtalk/foreign/plan.h"
#include "flowtalk/foreign/recognise.h"

namespace flowtalk::foreign {

using MakePlan = Plan (*)(const Published& file, const Choices& choices);

struct Planner {
  System system{};
  MakePlan make = nullptr;  // null: it takes another file for a model
  std::string_view needs =
      "";              // how the names of that one begin here; "": it is of use with another alone
  bool prior = false;  // the other file of a second stage
};

const Planner& planner_of(System system);

}  // namespace flowtalk::foreign
