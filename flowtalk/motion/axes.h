// Whose expression coefficients a motion has: what its expression columns mean.
#pragma once

#include <string>
#include <string_view>

namespace flowtalk::motion {

enum class Axes {
  kBuiltin,  // the built-in head's 50, named after ARKit's shapes (face/expression_axes.h)
  kFlame     // FLAME's principal components
};

// "builtin", "flame": as configurations and files spell them (base/fields.h).
std::string text_of(Axes axes);
void from_text(const std::string& text, Axes& axes);  // Error: another word

// "the built-in head", "FLAME": for messages.
std::string_view owner_of(Axes axes);

}  // namespace flowtalk::motion
