#include "flowtalk/foreign/systems.h"

#include <algorithm>
#include <array>

#include "flowtalk/base/error.h"
#include "flowtalk/foreign/face_diffuser.h"
#include "flowtalk/foreign/probtalk3d.h"

namespace flowtalk::foreign {
namespace {

struct Planner {
  System system{};
  MakePlan make = nullptr;
  bool prior = false;  // a motion prior alone
};

constexpr std::array kPlanners = {
    Planner{System::kLatentDiffusion, plan_latent_diffusion},
    Planner{System::kFaceDiffuser, plan_face_diffuser},
    Planner{System::kProbTalk3dVq, plan_probtalk3d},
    Planner{System::kProbTalk3dVae, plan_probtalk3d},
    Planner{System::kProbTalk3dStage2, nullptr},
    Planner{System::kProbTalk3dVqPrior, plan_probtalk3d_prior, true},
    Planner{System::kProbTalk3dVaePrior, plan_probtalk3d_prior, true},
};

const Planner& row(System system) {
  const auto found = std::find_if(kPlanners.begin(), kPlanners.end(),
                                  [&](const Planner& p) { return p.system == system; });
  FT_CHECK(found != kPlanners.end(), "system {}", static_cast<int>(system));
  return *found;
}

}  // namespace

MakePlan planner_of(System system) { return row(system).make; }

bool is_prior(System system) { return row(system).prior; }

}  // namespace flowtalk::foreign
