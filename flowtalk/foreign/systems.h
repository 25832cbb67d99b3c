// Which function plans the import of which system.
#pragma once

#include "flowtalk/foreign/plan.h"
#include "flowtalk/foreign/recognise.h"

namespace flowtalk::foreign {

// Null: only together with another file, its motion prior.
using MakePlan = Plan (*)(const Published& file, const Choices& choices);
MakePlan planner_of(System system);

// Is it a motion prior alone?
bool is_prior(System system);

}  // namespace flowtalk::foreign
