// Work on files that may bring a foreign library down, in a process of its own.
#pragma once

#include <functional>
#include <string>

namespace flowtalk::data {

// What work() returns, computed in a copy of this process that ends with it: what it changes in
// memory is lost, and a crash, over a minute of computing or over 8 GiB of memory end only the
// copy. work() must not wait for other threads, of which the copy has none. Errors: that of work();
// the copy did not come to its end, which is said of `what`.
std::string run_apart(const std::string& what, const std::function<std::string()>& work);

}  // namespace flowtalk::data
