// What `flowtalk train STAGE --help` says below the options: lines to begin with, and every field
// that --set takes, with its default.
#pragma once

#include <string>

namespace flowtalk::apps {

std::string train_help(const std::string& stage);

}  // namespace flowtalk::apps
