#include "flowtalk/live/microphone.h"

#include <dlfcn.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "flowtalk/live/sdl.h"

namespace flowtalk::live {
namespace {

constexpr int kRate_hz = 16000, kPieceSamples = 320;  // 20 ms; the device may have its own rate
constexpr const char* kNoSound = "no microphone: sound cannot be begun; pipe it in instead";

void say_nothing(const char*, int, const char*, int, const char*, ...) {}

// ALSA prints what it tried before it fails; the one line that matters is SDL's.
void silence_alsa() {
  void* alsa = dlopen("libasound.so.2", RTLD_LAZY | RTLD_NOLOAD);
  if (alsa == nullptr) return;
  using Handler = void (*)(const char*, int, const char*, int, const char*, ...);
  using Setter = int (*)(Handler);
  const auto set = reinterpret_cast<Setter>(dlsym(alsa, "snd_lib_error_set_handler"));
  if (set != nullptr) set(say_nothing);
}

std::vector<std::string> listed() {
  std::vector<std::string> names;
  const int count = SDL_GetNumAudioDevices(1);
  for (int i = 0; i < count; ++i) {
    const char* name = SDL_GetAudioDeviceName(i, 1);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

}  // namespace

bool has_sdl() { return true; }

struct Microphone::State {
  SdlPart part{SDL_INIT_AUDIO, kNoSound};
  SDL_AudioDeviceID device = 0;
  SDL_AudioSpec spec{};
};

Microphone::Microphone(const std::string& device) : state_(std::make_unique<State>()) {
  silence_alsa();
  const auto names = listed();
  if (!device.empty() && std::ranges::find(names, device) == names.end()) {
    fail("no microphone is called '{}'; there {}", device,
         names.empty() ? "is none" : fmt::format("is '{}'", fmt::join(names, "', '")));
  }
  SDL_AudioSpec wanted{};
  wanted.freq = kRate_hz;
  wanted.format = AUDIO_F32SYS;
  wanted.channels = 1;
  wanted.samples = kPieceSamples;
  state_->device = SDL_OpenAudioDevice(device.empty() ? nullptr : device.c_str(), 1, &wanted,
                                       &state_->spec, SDL_AUDIO_ALLOW_FREQUENCY_CHANGE);
  if (state_->device == 0) {
    fail("the microphone{} cannot be opened ({}); is it plugged in and free?",
         device.empty() ? "" : " '" + device + "'", SDL_GetError());
  }
  SDL_PauseAudioDevice(state_->device, 0);
}

Microphone::~Microphone() {
  if (state_->device != 0) SDL_CloseAudioDevice(state_->device);
}

std::vector<std::string> Microphone::names() {
  const SdlPart part(SDL_INIT_AUDIO, kNoSound);
  return listed();
}

int Microphone::rate_hz() const { return state_->spec.freq; }

bool Microphone::read(std::vector<float>& out) {
  const size_t before = out.size(), there = SDL_GetQueuedAudioSize(state_->device) / sizeof(float);
  out.resize(before + there);
  const Uint32 bytes = SDL_DequeueAudio(state_->device, out.data() + before,
                                        static_cast<Uint32>(there * sizeof(float)));
  out.resize(before + bytes / sizeof(float));
  return there > 0 || SDL_GetAudioDeviceStatus(state_->device) != SDL_AUDIO_STOPPED;
}

}  // namespace flowtalk::live
