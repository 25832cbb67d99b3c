// The live face in a window of its own, as fast as the machine draws it, and how it looks there.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/live/window.h"
#include "flowtalk/pipeline/live_show.h"
#include "flowtalk/pipeline/stage.h"

namespace flowtalk::pipeline {

struct LiveLookOptions {
  bool preview = false;
  PictureSize size;
  View camera = View::kPortrait;
  render::Look look = render::Look::kNatural;
  std::string face = "builtin", person;

  template <class V>
  void fields(V&& field) {
    field("preview", preview, "show the face in a window; closing it ends all");
    field("size", size, "pixels of preview and film, such as 512 or 640x480 (default 512)");
    field("camera", camera,
          "of both: portrait, front, three-quarter or profile (default portrait)");
    field("look", look, "of both: natural or grey (default natural)");
    field("face", face, "of both: builtin, or an avatar: .glb or .vrm (default builtin)");
    field("person", person, person_help().c_str());
  }
  // Errors: a face that cannot be read, or that other axes than the built-in head's move.
  void check() const;
  StageOptions stage() const;
};

// Of the program's first thread. Draws by one thread, so that hearing and sending come first.
class LivePreview {
 public:
  // Errors of live::Window.
  explicit LivePreview(const LiveLookOptions& options);
  // Draws what is to be seen now and waits for the next picture's turn. False: the window was
  // closed.
  bool step(LiveShow& show);
  int64_t pictures() const { return pictures_; }
  const Stage& stage() const { return stage_; }

 private:
  Stage stage_;
  live::Window window_;
  std::chrono::steady_clock::time_point next_{};
  int64_t pictures_ = 0;
};

}  // namespace flowtalk::pipeline
