// From a command to ranks: those that a launcher has started, or as many as are asked for here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flowtalk/train/ranks.h"
#include "flowtalk/train/stage_options.h"

namespace flowtalk::train {

// Runs `work` of a stage on every rank: by itself where a launcher (torchrun, Slurm, Open MPI) has
// started several of us, which then find each other; else, for options.ranks > 1, starts this
// program so many times over with `words` and waits for all; else once, alone. Followers are quiet.
// An Error of several ranks is thrown with its message by one, and Unheard by the others.
void in_ranks(StageOptions& options, const std::vector<std::string>& words,
              const std::function<void()>& work);

// An Error before the ranks have met, which all of them have: the leader's to say.
void leave_to_leader(const std::function<void()>& work);

}  // namespace flowtalk::train
