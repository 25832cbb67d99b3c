#include "flowtalk/base/error.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {

const Face& load_face(const std::string& name_or_path) {
  if (name_or_path.empty() || name_or_path == "builtin") return builtin_face();
  fail("face \"{}\": only \"builtin\" is available here", name_or_path);
}

}  // namespace flowtalk::face
