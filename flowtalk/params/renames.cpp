#include "flowtalk/params/renames.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::params {
namespace {

// The index in `path` that makes `pattern` of it; -1 if there is no "*" and they are equal.
std::optional<int64_t> match(std::string_view pattern, std::string_view path) {
  const size_t star = pattern.find('*');
  if (star == std::string::npos) return pattern == path ? std::optional<int64_t>(-1) : std::nullopt;
  const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  const std::string_view index =
      path.substr(before.size(), path.size() - before.size() - after.size());
  if (index.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoll(std::string(index));
}

int64_t third_of(Rename::Cut cut) {
  return cut == Rename::Cut::kQuery ? 0 : cut == Rename::Cut::kKey ? 1 : 2;
}

}  // namespace

std::optional<std::string> name_by(const Rename& row, const std::string& path) {
  const auto index = match(row.path, path);
  if (!index) return std::nullopt;
  std::string name = row.name;
  const std::array<std::pair<std::string_view, int64_t>, 3> marks = {
      {{"{i}", *index}, {"{2i}", 2 * *index}, {"{2i+1}", 2 * *index + 1}}};
  for (const auto& [mark, value] : marks) {
    const size_t at = name.find(mark);
    if (at != std::string::npos) name.replace(at, mark.size(), std::to_string(value));
  }
  return name;
}

tensor::Tensor cut_out(const tensor::Tensor& x, Rename::Cut cut) {
  if (cut == Rename::Cut::kWhole) return x;
  if (cut == Rename::Cut::kTransposed) {
    FT_CHECK(x.rank() == 2, "rank {}", x.rank());
    tensor::Tensor turned({x.dim(1), x.dim(0)});
    for (int64_t i = 0; i < x.size(); ++i) {
      turned[i] = x[i % x.dim(0) * x.dim(1) + i / x.dim(0)];
    }
    return turned;
  }
  tensor::Shape shape = x.shape();
  FT_CHECK(!shape.empty() && shape[0] % 3 == 0, "{} in thirds", tensor::to_string(shape));
  shape[0] /= 3;
  const float* begin = x.data() + third_of(cut) * tensor::count(shape);
  return tensor::Tensor::borrow(std::move(shape), begin, x.owner());
}

tensor::Shape whole_of(const tensor::Shape& shape, Rename::Cut cut) {
  tensor::Shape whole = shape;
  if (cut == Rename::Cut::kTransposed) {
    std::reverse(whole.begin(), whole.end());
  } else if (cut != Rename::Cut::kWhole) {
    whole.front() *= 3;
  }
  return whole;
}

}  // namespace flowtalk::params
