// ProbTalk3D (Wu et al., 2024), with codes or with a Gaussian: stage 1 is a motion prior, stage 2
// the predictor with the prior and its HuBERT inside.
#pragma once

#include <string>

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

Plan plan_probtalk3d(const Published& file, const Choices& choices);
Plan plan_probtalk3d_prior(const Published& file, const Choices& choices);

// Adds the prior whose names begin with `prefix`.
void add_probtalk3d_prior(Plan& plan, const Published& file, const std::string& prefix,
                          const Choices& choices);

}  // namespace flowtalk::foreign
