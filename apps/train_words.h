// The words of the reference's training lines, as `flowtalk train` takes them.
#pragma once

#include "apps/options/command_line.h"

namespace flowtalk::apps {

// The lines of the reference name no stage: without a folder to save in they train the prior, with
// one the generator over it; which is said. Other words stay as they are.
Args with_stage(Args words);

}  // namespace flowtalk::apps
