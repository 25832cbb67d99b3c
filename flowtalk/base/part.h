// Work over a list that several processes share: each takes the items of its part.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flowtalk {

// Every count-th item from `index` on; by itself it is all.
struct Part {
  size_t index = 0, count = 1;
};

// The items of the part, in their order.
template <class Item>
std::vector<Item> own_of(const std::vector<Item>& items, const Part& part) {
  std::vector<Item> own;
  for (size_t i = part.index; i < items.size(); i += part.count) own.push_back(items[i]);
  return own;
}

// "3/8" is the third of eight. "": the task of a Slurm array, where this is one, else all. Usage
// Error: neither, or no such part.
using Variables = std::function<std::optional<std::string>(const char* name)>;
Part part_of(const std::string& text, const Variables& variables);
// Of the environment; set but empty is not set.
std::optional<std::string> environment(const char* name);

}  // namespace flowtalk
