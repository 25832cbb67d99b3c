#include "flowtalk/motion/axes.h"

#include <array>

#include "flowtalk/base/error.h"

namespace flowtalk::motion {
namespace {

struct Name {
  Axes axes;
  std::string_view text, owner;
};
constexpr std::array kNames = {Name{Axes::kBuiltin, "builtin", "the built-in head"},
                               Name{Axes::kFlame, "flame", "FLAME"}};

const Name& name_of(Axes axes) {
  for (const Name& name : kNames) {
    if (name.axes == axes) return name;
  }
  FT_CHECK(false, "axes {}", static_cast<int>(axes));
  std::abort();
}

}  // namespace

std::string text_of(Axes axes) { return std::string(name_of(axes).text); }

void from_text(const std::string& text, Axes& axes) {
  for (const Name& name : kNames) {
    if (name.text != text) continue;
    axes = name.axes;
    return;
  }
  fail("expected builtin or flame, got '{}'", text);
}

std::string_view owner_of(Axes axes) { return name_of(axes).owner; }

}  // namespace flowtalk::motion
