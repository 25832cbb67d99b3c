// --sweep may stand alone.
#pragma once

#include "apps/options/command_line.h"

namespace flowtalk::apps {

// Spells the strengths out where --sweep stands alone, so that it never swallows the next word.
Args with_sweep_strengths(Args args);

}  // namespace flowtalk::apps
