#include "apps/options/sweep_words.h"

#include "flowtalk/pipeline/sweep.h"

namespace flowtalk::apps {

Args with_sweep_strengths(Args args) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--") break;
    if (args[i] != "--sweep") continue;
    if (i + 1 == args.size() || !pipeline::looks_like_strengths(args[i + 1])) {
      args[i] = fmt::format("--sweep={}", pipeline::kLevelSweep);
    }
  }
  return args;
}

}  // namespace flowtalk::apps
