// Work over a list that several processes share: each takes the items of its part.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace flowtalk {

// Every count-th item from `index` on; by itself it is all.
struct Part {
  size_t index = 0, count = 1;

  bool has(size_t item) const { return item % count == index; }
};

// "3/8" is the third of eight. "": the task of a Slurm array, where this is one, else all. Usage
// Error: neither, or no such part.
using Variables = std::function<std::optional<std::string>(const char* name)>;
Part part_of(const std::string& text, const Variables& variables);
// Of the environment; set but empty is not set.
std::optional<std::string> environment(const char* name);

}  // namespace flowtalk
