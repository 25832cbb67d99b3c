// Which face is shown or exported, and whose.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::apps {

struct FaceOptions {
  std::string face = "builtin";  // or the path of a FLAME file
  std::string regions;           // folder with lve.txt, fdd.txt, eve.txt; "" takes the face's own
  std::string templates;         // templates_mead_vert.pkl or templates_mead_param.pkl
  std::string subject;           // one of its names

  // --face, --regions, --templates; --subject is left to the command.
  void add_to(CLI::App& app);
};

struct ChosenFace {
  face::Face face;           // with the subject's mesh, if it has one
  std::vector<float> shape;  // the subject's; empty: none, the motion's own counts
};

// Errors: unreadable files, a subject's mesh of another size, --subject and --templates apart.
ChosenFace choose_face(const FaceOptions& options);

// Usage Error: --subject without --templates, in commands where it is nothing else.
void check_subject(const FaceOptions& options);

// Prints one warning line if a frame has coefficients that are not zero and that the face has no
// basis for.
void warn_of_lost_coefficients(const motion::Motion& motion, const face::Face& face);

// Prints one warning line if `axes`, the expression axes of a motion, are not those of the face.
void warn_of_other_axes(motion::Axes axes, const face::Face& face);

}  // namespace flowtalk::apps
