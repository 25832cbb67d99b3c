// Functions of shared libraries that are loaded when one of them is first called; the table is made
// by scripts/lazy_libraries.sh, why: docs/decisions/010-libraries-on-first-use.md.
#pragma once

namespace flowtalk::apps {

struct LazyFunction {
  const char *name, *library;
};
extern const LazyFunction kLazyFunctions[];

}  // namespace flowtalk::apps
