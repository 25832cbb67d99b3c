// Sentences of other languages for the speech encoder, so that it is not deaf to sounds that
// English lacks: Mandarin, Japanese, Spanish, German.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk::synth {

struct ForeignLine {
  std::string voice;  // of espeak-ng
  std::string text;
};

// All of them, one sentence each.
std::vector<ForeignLine> foreign_lines();

// One sentence of a drawn language, or two in a row.
ForeignLine draw_foreign_line(Rng& rng);

}  // namespace flowtalk::synth
