// The people that the built-in head can be, in numbers: colours, hair, and how they differ from the
// mean head. The one table of them is people.cpp.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face::builtin {

// Linear RGB, 0..1.
struct Colours {
  Vec skin, lips, hair, brows;
  Vec iris_inner, iris_outer;
  Vec shirt;
  float blush = 1;  // how much redder cheeks and nose are
  float beard = 0;  // stubble, 0..1
};

struct Knot {
  float degrees, y;  // around the head from the front; height of the hairline, mm
};
using Hairline = std::array<Knot, 11>;

struct HairStyle {
  Hairline left, right;
  float parting = 27;          // x, mm
  float top = 3, over = 9.5f;  // how thick it is on top, mm: at the parting, and combed over
  float front = 4;             // more above the forehead
  float sides = 3.4f;          // everywhere
  float nape = 2;              // less there
  float hang = 0;              // how far it falls below the hairline at the sides and behind, mm
  float hang_from = 50;        // from this angle on, degrees
  float wave = 1;              // how deep its locks are, mm
  float curl = 0;              // how deep curls of about 9 mm are, mm
  float parted = 3.2f;         // depth of the parting, mm
};

struct Trait {
  size_t axis;   // of the shape basis (identity_axes.h)
  float amount;  // standard deviations
};

struct Person {
  std::string_view name, summary;
  Colours colours;
  HairStyle hair;
  std::vector<Trait> traits;
};

// The first one is who is shown unless somebody else is asked for.
std::span<const Person> people();

}  // namespace flowtalk::face::builtin
