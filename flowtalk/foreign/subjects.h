// Whose styles a published model of vertices has, and their faces at rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

// The data set of a model, by how many subjects it has, or by its mesh.
struct Subjects {
  std::vector<std::string> names;
  int fps = flame::kFps;
  bool known = true;  // else the rate is a guess
};
// `count` names, as chosen, else those of the published data set of so many, else numbers; the rate
// is that of this data set, else of that whose meshes have so many coordinates, `values`. Usage
// Error: another number of names is chosen.
Subjects subjects_of(int64_t count, int64_t values, const Choices& choices);

// The mesh of a model of `values` coordinates, and the faces at rest: one row for each style, of a
// file with one face, or one for each style by its name. Without a file zeros, and a warning.
// Error: no whole number of vertices; faces of another mesh; a style without one.
void add_vertices(Plan& plan, const Published& file, const Choices& choices, int64_t values);

}  // namespace flowtalk::foreign
