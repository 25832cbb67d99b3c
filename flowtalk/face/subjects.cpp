#include "flowtalk/face/subjects.h"

#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/formats/pickle.h"

namespace flowtalk::face {

Subject load_subject(const std::filesystem::path& templates, const std::string& name) {
  const formats::Value file = formats::load_pickle(templates);
  if (!file.is(formats::Value::Kind::kDict)) {
    fail("{}: expected a dict of subjects, got {}", templates.string(), file.describe());
  }
  const auto value = file.find(name);
  if (!value) {
    std::vector<std::string> known;
    for (size_t i = 0; i < file.size(); ++i) {
      const formats::Value key = file.key_and_value(i).first;
      if (key.is(formats::Value::Kind::kText)) known.push_back(key.text());
    }
    fail("{}: no subject '{}' among its {}{}", templates.string(), name, file.size(),
         did_you_mean(name, known));
  }
  const std::string where = templates.string() + ": " + name;
  const tensor::Tensor read = formats::to_tensor(formats::dense_array(*value, where), where);
  for (const float x : read.values()) {
    if (!std::isfinite(x)) fail("{}: holds a value that is not finite", where);
  }
  Subject subject;
  if (read.size() == flame::kShape && read.dim(-1) == flame::kShape) {
    subject.shape.assign(read.values().begin(), read.values().end());
  } else if (read.rank() >= 2 && read.dim(-1) == 3) {
    subject.rest = read.reshape({-1, 3}).clone();
  } else {
    fail("{}: expected a mesh (V, 3) or {} shape parameters, got {}", where, flame::kShape,
         tensor::to_string(read.shape()));
  }
  return subject;
}

}  // namespace flowtalk::face
