#include "flowtalk/foreign/imported_params.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/nn/position.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::foreign {
namespace {

constexpr std::string_view kEncoder = "encoder/";
constexpr std::string_view kPeriodic = "PPE.pe";
constexpr double kPositionBound = 1e-3;  // tables were made in single precision, 5000 rows long

// Sums that Lightning keeps of losses.
bool of_training(const std::string& name) { return name.find("_losses.") != std::string::npos; }

bool is_positions(const std::string& name) { return name.ends_with(".pe"); }

}  // namespace

ImportedParams::ImportedParams(const Published& file, const Plan& plan) : file_(file), plan_(plan) {
  if (plan.whole) encoder_.emplace(file.weights());
}

tensor::Tensor ImportedParams::tensor(const std::string& path, const tensor::Shape& shape,
                                      const params::Init&) {
  const bool of_encoder = encoder_ && path.starts_with(kEncoder);
  tensor::Tensor value =
      of_encoder ? encoder_->load(path.substr(kEncoder.size()), shape) : find(path, shape);
  tensors_.emplace_back(path, value);
  return value;
}

tensor::Tensor ImportedParams::find(const std::string& path, const tensor::Shape& shape) {
  if (const auto own = plan_.given.find(path); own != plan_.given.end()) {
    FT_CHECK(static_cast<int64_t>(own->second.size()) == tensor::count(shape), "{}: {} values",
             path, own->second.size());
    return {shape, own->second};
  }
  for (const params::Rename& row : plan_.names) {
    const auto name = params::name_by(row, path);
    if (!name) continue;
    const tensor::Shape wanted = params::whole_of(shape, row.cut);
    const bool first = read_.insert(*name).second;  // of a tensor in thirds, one problem is enough
    const auto found = file_.weights().shapes.find(*name);
    const bool absent = found == file_.weights().shapes.end();
    if (!absent && found->second == wanted) return params::cut_out(file_.load(*name), row.cut);
    if (!first) return tensor::Tensor::zeros(shape);
    if (absent) {
      problems_.push_back(fmt::format("'{}' {} is missing", *name, tensor::to_string(wanted)));
    } else {
      problems_.push_back(fmt::format("'{}' has shape {}, expected {}", *name,
                                      tensor::to_string(found->second), tensor::to_string(wanted)));
    }
    return tensor::Tensor::zeros(shape);
  }
  FT_CHECK(false, "no name for the parameter '{}'", path);
}

// A table of positions is a formula of ours: (rows, 1, D), or (1, rows, D) that come again.
void ImportedParams::check_positions(const std::string& name) {
  const tensor::Tensor table = file_.load(name);
  const int64_t width = table.rank() > 0 ? table.dim(-1) : 0;
  bool same = width > 0 && width % 2 == 0 && table.rank() == 3;
  if (same) {
    const int64_t rows = table.size() / width;
    const int64_t period = plan_.period > 0 && name == kPeriodic ? plan_.period : rows;
    const auto ours = nn::sinusoids(std::min(period, rows), width);
    for (int64_t i = 0; i < table.size() && same; ++i) {
      const auto at = static_cast<size_t>(i % (period * width));
      same = std::abs(static_cast<double>(table[i] - ours[at])) < kPositionBound;
    }
  }
  if (!same) problems_.push_back(fmt::format("'{}' is no table of sinusoids", name));
}

void ImportedParams::finish() {
  if (encoder_) {
    for (std::string& problem : encoder_->problems()) problems_.push_back(std::move(problem));
  }
  for (const auto& [name, shape] : file_.weights().shapes) {
    if (read_.contains(name) || of_training(name)) continue;
    if (encoder_ && encoder_->holds(name)) continue;
    const auto begins = [&, &full = name](const std::string& start) {
      return full.starts_with(start);
    };
    if (std::any_of(plan_.ignored.begin(), plan_.ignored.end(), begins)) continue;
    if (is_positions(name)) {
      check_positions(name);
      continue;
    }
    problems_.push_back(
        fmt::format("'{}' {} is not part of the model", name, tensor::to_string(shape)));
  }
  params::report_problems(file_.path(), problems_,
                          "give the whole checkpoint as its system saved it");
}

}  // namespace flowtalk::foreign
