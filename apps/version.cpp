// flowtalk version
#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/command_line.h"

namespace flowtalk::apps {

int version(const Args& args) {
  CLI::App app("Prints the version of flowtalk and how it was built.", "flowtalk version");
  if (!parse(app, args)) return 0;
  fmt::print("flowtalk {} (compiled by {})\n", FLOWTALK_VERSION, __VERSION__);
  return 0;
}

}  // namespace flowtalk::apps
