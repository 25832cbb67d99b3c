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
// The rate is that of the data set whose meshes have so many coordinates, `values`, else that of
// the published one with so many subjects, `count`. Names as chosen, else those of this data set if
// it has so many, else numbers. Usage Error: another number of names is chosen.
Subjects subjects_of(int64_t count, int64_t values, const Choices& choices);

// The mesh of a model of `values` coordinates, and the faces at rest: one row for each style, of a
// file with one face, or one for each style by its name. Without a file zeros, and a warning.
// Error: no whole number of vertices; faces of another mesh; a style without one.
void add_vertices(Plan& plan, const Published& file, const Choices& choices, int64_t values);

}  // namespace flowtalk::foreign
