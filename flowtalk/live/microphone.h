// Sound from a microphone, by SDL. A build without SDL2 has sdl_absent.cpp instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace flowtalk::live {

// Was this program built with SDL2?
bool has_sdl();

class Microphone {
 public:
  // device: one of names(), or "" for the usual one. Error: no sound, no such device, with the
  // names of those there are; a build without SDL2.
  explicit Microphone(const std::string& device);
  ~Microphone();
  Microphone(const Microphone&) = delete;
  Microphone& operator=(const Microphone&) = delete;

  static std::vector<std::string> names();

  int rate_hz() const;
  // Appends the samples that have come since the last call, mono, -1..1. False: the device is gone.
  bool read(std::vector<float>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::live
