// A recorded performance under another condition.
#pragma once

#include "flowtalk/condition/asked.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::analyse {

// The residual r that the density finds under `from` is scaled by `keep` and played under `to`,
// under each emotion of a mixture or curve alone, which are blended. Its frames are those of the
// shorter of voice and motion. `from` again with keep 1 gives the motion prior's reconstruction, if
// it is of one emotion. The take's blinks (face/blinks.h) stay whatever `keep` is, on the built-in
// head's axes. Error: as likelihood().
motion::Motion restyle(const predict::Session& session, const predict::SpeechFeatures& speech,
                       const motion::Motion& motion, const condition::Asked& from,
                       const condition::Asked& to, float keep = 1);

}  // namespace flowtalk::analyse
