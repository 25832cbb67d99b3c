#include "flowtalk/live/window.h"

#include "flowtalk/live/sdl.h"

namespace flowtalk::live {

struct Window::State {
  SdlPart part{SDL_INIT_VIDEO, "no window: there is no display"};
  SDL_Window* window = nullptr;
  SDL_Renderer* renderer = nullptr;
  SDL_Texture* texture = nullptr;
  int width = 0, height = 0;

  State(const std::string& title, int w, int h) : width(w), height(h) {
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    window = SDL_CreateWindow(title.c_str(), SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, w, h,
                              SDL_WINDOW_RESIZABLE);
    if (window != nullptr) renderer = SDL_CreateRenderer(window, -1, 0);
    if (renderer != nullptr) {
      texture =
          SDL_CreateTexture(renderer, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING, w, h);
    }
    if (texture == nullptr) {
      const std::string why = SDL_GetError();
      close();
      fail("no window: it cannot be opened ({})", why);
    }
    SDL_RenderSetLogicalSize(renderer, w, h);  // keeps its shape in a window of another
  }
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void close() {
    if (texture != nullptr) SDL_DestroyTexture(texture);
    if (renderer != nullptr) SDL_DestroyRenderer(renderer);
    if (window != nullptr) SDL_DestroyWindow(window);
    texture = nullptr;
    renderer = nullptr;
    window = nullptr;
  }
};

Window::Window(const std::string& title, int width, int height)
    : state_(std::make_unique<State>(title, width, height)) {}
Window::~Window() = default;

void Window::show(std::span<const uint8_t> rgb) {
  FT_CHECK(rgb.size() == 3 * static_cast<size_t>(state_->width * state_->height),
           "{} bytes of a picture", rgb.size());
  SDL_UpdateTexture(state_->texture, nullptr, rgb.data(), 3 * state_->width);
  SDL_RenderClear(state_->renderer);
  SDL_RenderCopy(state_->renderer, state_->texture, nullptr, nullptr);
  SDL_RenderPresent(state_->renderer);
}

bool Window::open() {
  bool open = true;
  SDL_Event event;
  while (SDL_PollEvent(&event) != 0) {
    const bool key = event.type == SDL_KEYDOWN &&
                     (event.key.keysym.sym == SDLK_ESCAPE || event.key.keysym.sym == SDLK_q);
    if (event.type == SDL_QUIT || key) open = false;
  }
  return open;
}

}  // namespace flowtalk::live
