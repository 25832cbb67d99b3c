// What the synthetic speakers say: our own sentences, written to hold every phone often, and
// templates that combine words into thousands more.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "flowtalk/base/rng.h"

namespace flowtalk::synth {

// The hand-written sentences.
std::span<const std::string_view> written_sentences();

// Which hand-written sentences may be drawn, so that tests hear none that training did.
enum class SentenceGroup { kAny, kTrain, kValidation, kTest };

// One sentence: hand-written, made from a template, or two of them in a row.
std::string draw_sentence(Rng& rng, SentenceGroup group = SentenceGroup::kAny);

}  // namespace flowtalk::synth
