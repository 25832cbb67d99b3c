// flowtalk data check of a packed data set: are its shards those that were packed?
#include <fmt/core.h>

#include "apps/data_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/data/packed.h"

namespace flowtalk::apps {

int data_check_packed(const std::string& folder, const std::string& json, bool quiet) {
  if (!json.empty()) fail_usage("{}: of a packed data set there is no report", Field("json"));
  data::check_packed(folder, quiet);
  if (!quiet) fmt::print("{}: all shards are as they were packed\n", folder);
  return 0;
}

}  // namespace flowtalk::apps
