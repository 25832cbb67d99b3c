#include "flowtalk/face/subjects.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::face {
namespace {

// (V, 3), (1, V, 3) or all coordinates in one, V * 3 (FaceFormer); nothing for other shapes.
std::optional<tensor::Tensor> mesh_of(const tensor::Tensor& read) {
  if (read.rank() >= 2 && read.dim(-1) == 3) return read.reshape({-1, 3}).clone();
  const bool flat = read.rank() >= 1 && read.dim(-1) == read.size();
  if (flat && read.size() > flame::kShape && read.size() % 3 == 0) {
    return read.reshape({-1, 3}).clone();
  }
  return std::nullopt;
}

[[noreturn]] void refuse(const std::filesystem::path& templates, const std::string& name,
                         const std::vector<formats::NamedArray>& arrays) {
  constexpr size_t kShown = 20;
  std::vector<std::string> known, shown;
  for (const formats::NamedArray& array : arrays) known.push_back(array.name);
  for (const std::string& one : known) {
    if (shown.size() < kShown) shown.push_back(formats::printable(one));
  }
  fail("{}: no subject '{}' among its {}{}: {}{}", templates.string(), name, arrays.size(),
       did_you_mean(name, known), fmt::join(shown, ", "),
       known.size() > kShown ? fmt::format(" and {} more", known.size() - kShown) : "");
}

}  // namespace

Subject load_subject(const std::filesystem::path& templates, const std::string& name) {
  const auto arrays = formats::open_arrays(templates);
  const auto found = std::ranges::find(arrays, name, &formats::NamedArray::name);
  if (found == arrays.end() || name.empty()) refuse(templates, name, arrays);
  const std::string where = templates.string() + ": " + name;
  const tensor::Tensor read = formats::to_tensor(found->load(), where);
  for (const float x : read.values()) {
    if (!std::isfinite(x)) fail("{}: holds a value that is not finite", where);
  }
  Subject subject;
  const bool coefficients = read.size() == flame::kShape && read.dim(-1) == flame::kShape;
  const auto mesh = mesh_of(read);
  if (!coefficients && !mesh) {
    fail("{}: expected a mesh (V, 3) or (V * 3), or {} shape parameters, got {}", where,
         flame::kShape, tensor::to_string(read.shape()));
  }
  if (coefficients) {
    subject.shape.assign(read.values().begin(), read.values().end());
  } else {
    subject.rest = *mesh;
  }
  return subject;
}

}  // namespace flowtalk::face
