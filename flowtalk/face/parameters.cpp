#include "flowtalk/face/parameters.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::face {
namespace {

using tensor::Tensor;

struct PartName {
  Part Parameters::*part;
  int64_t width;
  bool narrower;  // fewer columns are taken as well
  std::array<const char*, 4> names;
};
constexpr std::array<PartName, 7> kParts = {{
    {&Parameters::shape, flame::kShape, true, {"shape", "betas", "shape_params", "shapecode"}},
    {&Parameters::expression, flame::kExpression, true, {"expression", "exp", "expr", "expcode"}},
    {&Parameters::root, 3, false, {"global_pose", "global_orient", "root_pose", "global"}},
    {&Parameters::neck, 3, false, {"neck_pose", "neck", "", ""}},
    {&Parameters::jaw, 3, false, {"jaw_pose", "jaw", "", ""}},
    {&Parameters::eyes, 6, false, {"eye_pose", "eyes_pose", "eyes", ""}},
    {&Parameters::translation, 3, false, {"transl", "translation", "trans", ""}},
}};

void check_finite(const Tensor& table, const std::string& where) {
  for (int64_t i = 0; i < table.size(); ++i) {
    if (!std::isfinite(table[i])) {
      fail("{}: frame {} holds a value that is not finite", where, i / table.dim(1));
    }
  }
}

// (T, W), (1, T, W) and (W) as (T, W); empty for other shapes.
Tensor as_table(const Tensor& read) {
  const bool fits = read.rank() == 1 || read.rank() == 2 || (read.rank() == 3 && read.dim(0) == 1);
  return fits && !read.empty() ? read.reshape({-1, read.dim(-1)}) : Tensor();
}

Part make_part(const Tensor& read, int64_t width, bool narrower, const std::string& where) {
  const Tensor table = as_table(read);
  const int64_t got = table.empty() ? 0 : table.dim(1);
  if (got == 0 || got > width || (got < width && !narrower)) {
    fail("{}: expected shape (T, {}){}, got {}", where, width, narrower ? " or narrower" : "",
         tensor::to_string(read.shape()));
  }
  check_finite(table, where);
  return {table, 0, got};
}

Parameters from_rows(const Tensor& read, const std::string& where) {
  const Tensor table = read.rank() >= 2 ? as_table(read) : Tensor();
  const int64_t width = table.empty() ? 0 : table.dim(1);
  if (width != flame::kMotion && width != flame::kNarrow && width != flame::kWide) {
    fail("{}: expected parameters of shape (T, {}), (T, {}) or (T, {}), got {}", where,
         flame::kWide, flame::kNarrow, flame::kMotion, tensor::to_string(read.shape()));
  }
  check_finite(table, where);
  Parameters p;
  const int64_t shape = width == flame::kMotion ? 0 : flame::kShape;
  if (shape > 0) p.shape = {table, 0, shape};
  p.expression = {table, shape, width - shape - flame::kJaw};
  p.jaw = {table, width - flame::kJaw, flame::kJaw};
  return p;
}

Parameters from_arrays(const std::vector<std::string>& names, const std::string& prefix,
                       const std::function<formats::Array(const std::string&)>& array,
                       const std::string& where) {
  Parameters p;
  bool any = false;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    const std::string key = name.substr(prefix.size());
    const auto known = std::find_if(kParts.begin(), kParts.end(), [&](const PartName& part) {
      return !key.empty() &&
             std::find(part.names.begin(), part.names.end(), key) != part.names.end();
    });
    if (known == kParts.end()) {
      p.unused.push_back(name);
      continue;
    }
    Part& part = p.*(known->part);
    const std::string place = where + ": " + name;
    if (part.rows() > 0) fail("{}: the file holds this part under another name too", place);
    part = make_part(formats::to_tensor(array(name), place), known->width, known->narrower, place);
    any = true;
  }
  if (!any) {
    std::string wanted;
    for (const PartName& part : kParts) wanted += " " + prefix + part.names[0];
    fail("{}: holds none of the arrays{}", where, wanted);
  }
  return p;
}

}  // namespace

std::span<const float> Part::at(int64_t frame) const {
  if (rows() == 0) return {};
  const int64_t row = rows() == 1 ? 0 : frame;
  return table.values().subspan(static_cast<size_t>(row * table.dim(1) + first),
                                static_cast<size_t>(width));
}

int64_t Parameters::frames() const {
  int64_t most = 0;
  for (const PartName& part : kParts) most = std::max(most, (this->*(part.part)).rows());
  return most;
}

FaceFrame Parameters::frame(int64_t t) const {
  FaceFrame f;
  f.shape = shape.at(t);
  f.expression = expression.at(t);
  const auto copy = [&](const Part& part, int64_t from, std::array<float, 3>& to) {
    const auto values = part.at(t);
    if (!values.empty()) std::copy_n(values.begin() + from, 3, to.begin());
  };
  copy(root, 0, f.root);
  copy(neck, 0, f.neck);
  copy(jaw, 0, f.jaw);
  copy(eyes, 0, f.left_eye);
  copy(eyes, 3, f.right_eye);
  copy(translation, 0, f.translation);
  return f;
}

bool Parameters::one_shape() const {
  const auto first = shape.at(0);
  for (int64_t t = 1; t < shape.rows(); ++t) {
    const auto other = shape.at(t);
    if (!std::equal(first.begin(), first.end(), other.begin())) return false;
  }
  return true;
}

Parameters load_parameters(const std::filesystem::path& path, const std::string& prefix) {
  const std::string where = path.string(), kind = path.extension().string();
  Parameters p;
  if (kind == ".npz") {
    const formats::NpzFile file(path);
    p = from_arrays(
        file.names(), prefix, [&](const auto& n) { return file.array(n); }, where);
  } else if (kind == ".safetensors") {
    const formats::SafetensorsFile file(path);
    p = from_arrays(
        file.names(), prefix, [&](const auto& n) { return file.array(n); }, where);
  } else {
    p = from_rows(formats::to_tensor(formats::load_npy_array(path), where), where);
  }
  check_lengths(p, where);
  return p;
}

Part load_part(const std::filesystem::path& path, int64_t width, bool narrower) {
  const std::string where = path.string();
  return make_part(formats::to_tensor(formats::load_npy_array(path), where), width, narrower,
                   where);
}

void check_lengths(const Parameters& parameters, const std::string& where) {
  const int64_t frames = parameters.frames();
  for (const PartName& part : kParts) {
    const int64_t rows = (parameters.*(part.part)).rows();
    if (rows > 1 && rows != frames) {
      fail("{}: {} has {} frames, another part has {}", where, part.names[0], rows, frames);
    }
  }
}

}  // namespace flowtalk::face
