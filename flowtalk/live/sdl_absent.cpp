// Stands in for microphone.cpp and window.cpp where SDL2 was not found.
#include "flowtalk/base/error.h"
#include "flowtalk/live/microphone.h"
#include "flowtalk/live/window.h"

namespace flowtalk::live {
namespace {

[[noreturn]] void refuse(const char* what) {
  fail(
      "no {}: this flowtalk was built without SDL2; 'make build' installs libsdl2-dev and builds "
      "build/release/bin/flowtalk with it",
      what);
}

}  // namespace

bool has_sdl() { return false; }

struct Microphone::State {};
Microphone::Microphone(const std::string&) { refuse("microphone"); }
Microphone::~Microphone() = default;
std::vector<std::string> Microphone::names() { refuse("microphone"); }
int Microphone::rate_hz() const { return 0; }
bool Microphone::read(std::vector<float>&) { return false; }

struct Window::State {};
Window::Window(const std::string&, int, int) { refuse("window"); }
Window::~Window() = default;
void Window::show(std::span<const uint8_t>) {}
bool Window::open() { return false; }

}  // namespace flowtalk::live
