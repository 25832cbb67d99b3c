// How long work tells whoever asked for it what goes on, by callback: warnings, notes, progress.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace flowtalk {

// Called with the units that are done since the last call, from any thread.
using Advance = std::function<void(int64_t by, const std::string& note)>;

struct Reporter {
  // One line; fields in it are marked (base/error.h).
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  // One line of what is done by the way, such as a folder that is made; fields in it are marked.
  std::function<void(const std::string&)> note = [](const std::string&) {};
  // Work of so many units begins ("render", 250, "frames"); it ends when the last copy of what this
  // returns is gone.
  std::function<Advance(const std::string& title, int64_t total, const std::string& unit)> begin =
      [](const std::string&, int64_t, const std::string&) {
        return Advance([](int64_t, const std::string&) {});
      };
};

}  // namespace flowtalk
