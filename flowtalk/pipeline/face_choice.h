// Which face is shown or exported, and whose.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/face/face.h"

namespace flowtalk::avatar {
class Avatar;
}

namespace flowtalk::pipeline {

struct FaceOptions {
  std::string face = "builtin";  // or the path of a FLAME file or an avatar
  std::string regions;           // folder with lve.txt, fdd.txt, eve.txt; "" takes the face's own
  std::string templates;         // templates_mead_vert.pkl or templates_mead_param.pkl
  std::string subject;           // one of its names
  std::string person;            // of the built-in head's; "" is the usual one
  std::optional<uint64_t> shape_seed;

  // All but subject and person, which are left to the command.
  template <class V>
  void fields(V&& field) {
    field("face", face,
          "builtin, a FLAME file such as generic_model.pkl, or an avatar: .glb or .vrm (default "
          "builtin)");
    field("regions", regions,
          "folder with lve.txt, fdd.txt and eve.txt of the face (default: its own)");
    field("templates", templates,
          "templates_mead_vert.pkl or templates_mead_param.pkl: the subject's mesh or shape");
    field("shape_seed", shape_seed,
          "another identity: every number is a plausible person's bones and flesh");
  }
};

struct ChosenFace {
  face::Face face;                         // with the subject's mesh, if it has one
  std::vector<float> shape;                // the subject's; empty: none, the motion's own counts
  const avatar::Avatar* avatar = nullptr;  // what moves the face, if it is somebody's own
};

// face::load_face, and avatars, which are known by their names' endings.
const face::Face& load_any_face(const std::string& name_or_path);

// Of the built-in head, for a help text.
std::string person_help();

// Errors: unreadable files, a subject's mesh of another size, templates without a subject.
ChosenFace choose_face(const FaceOptions& options);
// The same of a face that is loaded already, options.face.
ChosenFace choose_face(const FaceOptions& options, face::Face face);

// Usage Error: a subject without templates, in commands where it is nothing else.
void check_subject(const FaceOptions& options);

// Of an avatar: Error if the motion is of other axes than those that it is moved by. Of other
// faces, one warning line if a frame has coefficients that are not zero and that the face has no
// basis for.
void warn_of_lost_coefficients(const motion::Motion& motion, const ChosenFace& chosen,
                               const Reporter& reporter);

// One warning line if `axes`, the expression axes of a motion, are not those of the face; Error if
// it is an avatar.
void warn_of_other_axes(motion::Axes axes, const face::Face& face, const Reporter& reporter);

}  // namespace flowtalk::pipeline
