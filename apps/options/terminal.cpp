#include "apps/options/terminal.h"

#include <iostream>
#include <memory>

#include "apps/options/bind.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/progress.h"

namespace flowtalk::apps {

Reporter terminal(bool quiet) {
  Reporter reporter;
  reporter.warn = [](const std::string& text) {
    std::cerr << "flowtalk: warning: " + spelled(text) + "\n";  // whole, whatever the thread
  };
  if (quiet) return reporter;
  reporter.note = [](const std::string& text) { std::cerr << "flowtalk: " + spelled(text) + "\n"; };
  reporter.begin = [](const std::string& title, int64_t total, const std::string& unit) {
    const auto progress = std::make_shared<Progress>(title, total, unit);
    return [progress](int64_t by, const std::string& note) { progress->advance(by, note); };
  };
  return reporter;
}

std::string spelled(const std::string& marked) { return spell_fields(marked, flag_of); }

}  // namespace flowtalk::apps
