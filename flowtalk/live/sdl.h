// SDL's parts, begun once and ended with the last who uses them. Within this room only.
#pragma once

#define SDL_MAIN_HANDLED
#include <SDL2/SDL.h>

#include <string>

#include "flowtalk/base/error.h"

namespace flowtalk::live {

class SdlPart {
 public:
  // flags: SDL_INIT_AUDIO. Error: `what` cannot be had.
  SdlPart(Uint32 flags, const std::string& what) : flags_(flags) {
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_InitSubSystem(flags) != 0) fail("{} ({})", what, SDL_GetError());
  }
  ~SdlPart() { SDL_QuitSubSystem(flags_); }
  SdlPart(const SdlPart&) = delete;
  SdlPart& operator=(const SdlPart&) = delete;

 private:
  Uint32 flags_;
};

}  // namespace flowtalk::live
