// A window that shows pictures, by SDL. A build without SDL2 has sdl_absent.cpp instead. All calls
// are of the program's first thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace flowtalk::live {

class Window {
 public:
  // Pictures of width x height pixels; people may make it larger or smaller. Error: no display; a
  // build without SDL2.
  Window(const std::string& title, int width, int height);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Shows rows of RGB, width * height * 3 bytes.
  void show(std::span<const uint8_t> rgb);
  // Takes what people did since the last call. False: they closed it, or pressed Escape or q.
  bool open();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::live
