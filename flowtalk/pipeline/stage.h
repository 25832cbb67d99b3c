// Faces on screen: several motions of one voice side by side, frame by frame.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/pipeline/face_choice.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::pipeline {

struct Role {
  std::string caption;  // the line below the face; "" shows none
  motion::Motion motion;
};

struct StageOptions {
  FaceOptions face;
  int size = 512;   // pixels of one face, each way
  int columns = 0;  // faces in a row; 0: whatever makes a landscape picture
  render::Look look = render::Look::kNatural;
  std::string title;  // a line on top; "" shows none
  int threads = 0;    // 0: one per hardware thread

  // All but the threads, which are those of the command.
  template <class V>
  void fields(V&& field) {
    field("size", size, between(64, 4096), "pixels of one face, each way; default 512");
    field("columns", columns, between(0, 64),
          "faces in a row; 0, the default: what makes a landscape picture");
    field("look", look,
          "natural, or grey: matte clay on a white ground, for figures (default natural)");
    field("title", title, "a line of text on top");
    field("face", face, "whose face");
  }
};

// Draws any frame of the roles; memory does not grow with their length.
class Stage {
 public:
  // Errors: an unreadable face; motion that does not fit it.
  Stage(std::vector<Role> roles, const StageOptions& options);
  ~Stage();

  const face::Face& face() const;
  int64_t frames() const;  // of the longest role; shorter ones hold their last frame
  int width() const;
  int height() const;
  // The picture is the stage's own and valid until the next draw.
  const render::Image& draw(int64_t frame);
  // One row per role, one column per moment; evenly spaced over the whole clip.
  render::Image contact_sheet(int moments);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::pipeline
