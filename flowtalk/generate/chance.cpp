#include "flowtalk/generate/chance.h"

#include "flowtalk/base/error.h"

namespace flowtalk::generate {

std::span<const float> GivenChance::block(const std::vector<float>& values, int64_t i,
                                          int64_t count) const {
  std::string_view name;
  each(*this, [&](std::string_view known, const std::vector<float>& of) {
    if (&of == &values) name = known;
  });
  const auto size = static_cast<int64_t>(values.size());
  const bool steps = &values == &step_noise;  // one block for each step
  const bool fits = steps ? size % count == 0 && size >= (i + 1) * count : size == count;
  if (!fits) {
    fail("{}: {}: expected {} values{}, as this voice and model need, got {}", where, name, count,
         steps ? fmt::format(" for each of {} or more steps", i + 1) : "", size);
  }
  return std::span(values).subspan(static_cast<size_t>(steps ? i * count : 0),
                                   static_cast<size_t>(count));
}

}  // namespace flowtalk::generate
