#include "flowtalk/analyse/density.h"

#include "flowtalk/base/error.h"

namespace flowtalk::analyse {
namespace {

const generate::Family& family_of(const predict::Model& model) {
  return generate::family_of(model.config().generator.kind);
}

}  // namespace

bool has_density(const predict::Model& model) { return family_of(model).density; }

void require_density(const predict::Model& model, std::string_view purpose) {
  if (has_density(model)) return;
  fail("{}", generate::without_density(model.name(), family_of(model), purpose));
}

}  // namespace flowtalk::analyse
