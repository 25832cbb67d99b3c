// What a command tells while it works, on a terminal: warnings, notes and progress on the error
// stream.
#pragma once

#include <string>

#include "flowtalk/base/reporter.h"

namespace flowtalk::apps {

// quiet: no notes and no progress; warnings are shown all the same.
Reporter terminal(bool quiet);

// A message for people at a command line: every field in it as its option.
std::string spelled(const std::string& marked);

}  // namespace flowtalk::apps
