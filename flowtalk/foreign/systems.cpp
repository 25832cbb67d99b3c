#include "flowtalk/foreign/systems.h"

#include <algorithm>
#include <array>

#include "flowtalk/base/error.h"
#include "flowtalk/foreign/face_diffuser.h"
#include "flowtalk/foreign/face_former.h"
#include "flowtalk/foreign/face_xhubert.h"
#include "flowtalk/foreign/probtalk3d.h"

namespace flowtalk::foreign {
namespace {

constexpr std::array kPlanners = {
    Planner{System::kLatentDiffusion, plan_latent_diffusion},
    Planner{System::kFaceDiffuser, plan_face_diffuser},
    Planner{System::kFaceXHubert, plan_face_xhubert},
    Planner{System::kFaceFormer, plan_face_former},
    Planner{System::kCodeTalker, plan_code_talker},
    Planner{System::kCodeTalkerStage2, nullptr, "autoencoder."},
    Planner{System::kCodeTalkerPrior, nullptr, "", true},
    Planner{System::kProbTalk3dVq, plan_probtalk3d},
    Planner{System::kProbTalk3dVae, plan_probtalk3d},
    Planner{System::kProbTalk3dStage2, nullptr, "motion_prior."},
    Planner{System::kProbTalk3dVqPrior, plan_probtalk3d_prior, "", true},
    Planner{System::kProbTalk3dVaePrior, plan_probtalk3d_prior, "", true},
};

}  // namespace

const Planner& planner_of(System system) {
  const auto found = std::find_if(kPlanners.begin(), kPlanners.end(),
                                  [&](const Planner& p) { return p.system == system; });
  FT_CHECK(found != kPlanners.end(), "system {}", static_cast<int>(system));
  return *found;
}

}  // namespace flowtalk::foreign
