#include "flowtalk/pipeline/face_choice.h"

#include <array>
#include <utility>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/identity.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::pipeline {

namespace {

// As one of the people of the built-in head, and with the bones of another.
face::Face in_person(const FaceOptions& options, face::Face face) {
  if (!options.person.empty()) {
    if (face.axes != motion::Axes::kBuiltin) {
      fail_usage("{} {}: those are people of the built-in head; leave out it or {}",
                 Field("person"), options.person, Field("face"));
    }
    face = face::builtin_person(options.person);
  }
  if (options.shape_seed) {
    if (face.shape_basis.empty()) {
      fail_usage("{}: the face {} has no axes of identity", Field("shape_seed"), face.name);
    }
    face::set_identity(face, face::draw_identity(face, *options.shape_seed));
  }
  return face;
}

// What belongs to other faces is refused.
ChosenFace choose_avatar(const FaceOptions& options) {
  const std::array<std::pair<const char*, bool>, 5> others{
      {{"person", !options.person.empty()},
       {"shape_seed", options.shape_seed.has_value()},
       {"templates", !options.templates.empty()},
       {"subject", !options.subject.empty()},
       {"regions", !options.regions.empty()}}};
  for (const auto& [field, given] : others) {
    if (given) {
      fail_usage("{}: an avatar, {} {}, is who it is; leave out one of the two", Field(field),
                 Field("face"), options.face);
    }
  }
  const avatar::Avatar& avatar = avatar::load_avatar(options.face);
  return {avatar.face(), {}, &avatar};
}

}  // namespace

std::string person_help() {
  return fmt::format("who the built-in head is: {}; default {}", face::describe_people(),
                     face::person_names().front());
}

const face::Face& load_any_face(const std::string& name_or_path) {
  return gltf::may_be_document(name_or_path) ? avatar::load_avatar(name_or_path).face()
                                             : face::load_face(name_or_path);
}

ChosenFace choose_face(const FaceOptions& options) {
  if (gltf::may_be_document(options.face)) return choose_avatar(options);
  return choose_face(options, face::load_face(options.face));
}

ChosenFace choose_face(const FaceOptions& options, face::Face face) {
  ChosenFace chosen{in_person(options, std::move(face)), {}, nullptr};
  if (!options.regions.empty()) {
    chosen.face.regions = face::load_regions(options.regions, chosen.face);
  }
  if (options.templates.empty()) return chosen;
  if (options.subject.empty()) {
    fail_usage("{} {}: whose? give {}, for example M003", Field("templates"), options.templates,
               Field("subject"));
  }
  face::Subject subject = face::load_subject(options.templates, options.subject);
  chosen.shape = std::move(subject.shape);
  if (subject.rest.empty()) {
    if (chosen.face.axes != motion::Axes::kFlame) {
      fail("{}: the shape of {} is FLAME's, the face is {}; give {} a FLAME file",
           options.templates, options.subject, chosen.face.name, Field("face"));
    }
    return chosen;
  }
  if (subject.rest.dim(0) != chosen.face.vertex_count()) {
    fail("{}: the mesh of {} has {} vertices, the face {} has {}; give {} a FLAME file",
         options.templates, options.subject, subject.rest.dim(0), chosen.face.name,
         chosen.face.vertex_count(), Field("face"));
  }
  chosen.face.rest = subject.rest;
  chosen.face.name += " of " + options.subject;
  chosen.shape.assign(flame::kShape, 0.0f);  // it is in the mesh
  return chosen;
}

void check_subject(const FaceOptions& options) {
  if (!options.subject.empty() && options.templates.empty()) {
    fail_usage("{} {}: from which file? give {}", Field("subject"), options.subject,
               Field("templates"));
  }
}

void warn_of_lost_coefficients(const motion::Motion& motion, const ChosenFace& chosen,
                               const Reporter& reporter) {
  if (chosen.avatar != nullptr) return avatar::require_axes(motion.axes, chosen.face);
  const face::Face& face = chosen.face;
  const auto rows = [](const tensor::Tensor& basis) {
    return basis.empty() ? size_t{0} : static_cast<size_t>(basis.dim(0));
  };
  const auto lost = [](std::span<const float> values, size_t known) {
    for (size_t k = known; k < values.size(); ++k) {
      if (values[k] != 0) return true;
    }
    return false;
  };
  const size_t shapes = rows(face.shape_basis), expressions = rows(face.expression_basis);
  for (int64_t t = 0; t < motion.frames(); ++t) {
    const bool any = lost(motion.shape.at(t), shapes) || lost(motion.expression.at(t), expressions);
    if (!any) continue;
    reporter.warn(
        fmt::format("the face {} has {} shape and {} expression components; frame {} moves more, "
                    "which are left out",
                    face.name, shapes, expressions, t));
    return;
  }
}

void warn_of_other_axes(motion::Axes axes, const face::Face& face, const Reporter& reporter) {
  if (axes == face.axes) return;
  avatar::require_axes(axes, face);
  reporter.warn(
      fmt::format("the motion moves the expression axes of {}, the face {} has those of {}: jaw "
                  "and timing fit, expressions will not",
                  owner_of(axes), face.name, owner_of(face.axes)));
}

}  // namespace flowtalk::pipeline
