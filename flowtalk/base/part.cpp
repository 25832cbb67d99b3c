#include "flowtalk/base/part.h"

#include <charconv>
#include <cstdlib>

#include "flowtalk/base/error.h"

namespace flowtalk {
namespace {

std::optional<size_t> number_in(const std::string& text) {
  size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stop != end || value > 1000000) return std::nullopt;
  return value;
}

std::optional<Part> part_of_array(const Variables& variables) {
  const auto id = variables("SLURM_ARRAY_TASK_ID"), count = variables("SLURM_ARRAY_TASK_COUNT"),
             least = variables("SLURM_ARRAY_TASK_MIN"), most = variables("SLURM_ARRAY_TASK_MAX");
  if (!id || !count || !least || !most) return std::nullopt;
  const auto i = number_in(*id), n = number_in(*count), lo = number_in(*least),
             hi = number_in(*most);
  if (!i || !n || !lo || !hi || *i < *lo || *hi - *lo + 1 != *n) {
    fail_usage("a Slurm array of {} tasks from {} to {}: parts need them without gaps, as 1 to N",
               *count, *least, *most);
  }
  return Part{*i - *lo, *n};
}

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

Part part_of(const std::string& text, const Variables& variables) {
  if (text.empty()) return part_of_array(variables).value_or(Part());
  const size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto which = number_in(text.substr(0, slash)), count = number_in(text.substr(slash + 1));
    if (which && count && *which >= 1 && *which <= *count) return {*which - 1, *count};
  }
  fail_usage("{} {}: expected K/N with K from 1 to N, such as 3/8", Field("part"), text);
}

}  // namespace flowtalk
