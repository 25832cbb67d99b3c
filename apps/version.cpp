// flowtalk version
#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"

namespace flowtalk::apps {

int version(const Args& args) {
  Command command("flowtalk version", "Prints the version of flowtalk and how it was built.");
  if (!command.parse(args)) return 0;
  fmt::print("flowtalk {} (compiled by {})\n", FLOWTALK_VERSION, __VERSION__);
  return 0;
}

}  // namespace flowtalk::apps
