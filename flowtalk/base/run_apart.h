// Work on files that may bring a foreign library down, in a process of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace flowtalk {

struct ApartLimits {
  unsigned seconds = 60;            // of computing
  size_t memory = size_t{8} << 30;  // bytes of addresses, those of this process included
};

// What work() returns, computed in a copy of this process that ends with it: what it changes in
// memory is lost, and a crash, or more than the limits, end only the copy. work() must not wait for
// other threads, of which the copy has none. Errors: that of work(); the copy did not come to its
// end, which is said of `what`.
std::string run_apart(const std::string& what, const std::function<std::string()>& work,
                      const ApartLimits& limits = {});

}  // namespace flowtalk
