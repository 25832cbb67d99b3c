// Faces on screen: several motions of one voice side by side, frame by frame.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/pipeline/picture.h"
#include "flowtalk/pipeline/vertex_motion.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::pipeline {

struct Role {
  std::string caption;  // the line below the face; "" shows none
  std::variant<motion::Motion, VertexMotion> motion;
};

struct StageOptions {
  FaceOptions face;
  std::vector<std::string> person;  // of the built-in head: one for all roles, or one each
  PictureSize size;                 // of one face
  FrameRate fps;
  View camera = View::kPortrait;
  Background background;
  int columns = 0;  // faces in a row; 0: whatever makes a landscape picture
  render::Look look = render::Look::kNatural;
  std::string title;  // a line on top; "" shows none
  int threads = 0;    // 0: one per hardware thread

  // All but the threads, which are those of the command.
  template <class V>
  void fields(V&& field) {
    field("size", size, "pixels of one face, such as 512 or 640x480 (default 512)");
    field("fps", fps, between(1.0, 120.0),
          "pictures per second, such as 30 or 30000/1001 (default 25)");
    field("camera", camera,
          "portrait, a little from the side, front, three-quarter or profile (default portrait)");
    field("background", background,
          "studio, a colour such as white or #30343c, or transparent, for png pictures and films "
          "that end in .mov or .webm (default studio)");
    field("columns", columns, between(0, 64),
          "faces in a row; 0, the default: what makes a landscape picture");
    field("look", look,
          "natural, or grey: matte clay on a white ground, for figures (default natural)");
    field("title", title, "a line of text on top");
    field("face", face, "whose face");
    field("person", person, (person_help() + "; several times for one person a face").c_str());
  }
};

// Draws any frame of the roles, whose motions are taken to its rate; memory does not grow with
// their length.
class Stage {
 public:
  // Errors: an unreadable face; vertices of another mesh.
  Stage(std::vector<Role> roles, const StageOptions& options);
  ~Stage();

  const face::Face& face() const;
  const ChosenFace& chosen() const;  // of the first role
  int64_t frames() const;            // of the longest role; shorter ones hold their last frame
  const FrameRate& rate() const;
  int64_t frame_at(double seconds) const;  // the nearest
  int width() const;
  int height() const;
  bool transparent() const;  // pictures have alpha
  // What is not drawn as its files have it, a line each.
  std::vector<std::string> face_remarks() const;
  // The title and captions that hold characters which show as boxes.
  std::vector<std::string> texts_in_boxes() const;
  ThreadPool& pool();  // idle between draws
  // The picture is the stage's own and valid until the next draw.
  const render::Image& draw(int64_t frame);
  // The same of one role in any pose, whatever its motion says.
  const render::Image& draw(const face::FaceFrame& pose);
  // One row per role, one column per moment; evenly spaced over the whole clip. Never transparent.
  render::Image contact_sheet(int moments);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::pipeline
