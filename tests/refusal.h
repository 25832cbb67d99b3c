// For tests: what an Error says.
#pragma once

#include <string>

#include "flowtalk/base/error.h"

namespace flowtalk::tests {

// "was taken" if there is none.
template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "was taken";
}

}  // namespace flowtalk::tests
