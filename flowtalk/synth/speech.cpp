#include "flowtalk/synth/speech.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/synth/engines.h"

namespace flowtalk::synth {
namespace {

constexpr unsigned kLongestChild_s = 120;

void write_all(int file, const void* bytes, size_t count) {
  const auto* at = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t done = write(file, at, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) _exit(3);
    at += done;
    count -= static_cast<size_t>(done);
  }
}

bool read_all(int file, void* bytes, size_t count) {
  auto* at = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t done = read(file, at, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    at += done;
    count -= static_cast<size_t>(done);
  }
  return true;
}

struct Header {
  int32_t failed = 0, rate_hz = 0;
  uint64_t samples = 0, phones = 0, message = 0;
};

[[noreturn]] void child(int out, const std::string& text, const VoiceRecipe& recipe) {
  alarm(kLongestChild_s);
  std::srand(1);
  Header header;
  RawSpeech speech;
  std::string message;
  try {
    speech =
        recipe.engine == Engine::kEspeak ? speak_espeak(text, recipe) : speak_flite(text, recipe);
  } catch (const std::exception& e) {
    header.failed = 1;
    message = e.what();
  }
  header.rate_hz = speech.rate_hz;
  header.samples = speech.samples.size();
  header.phones = speech.phones.size();
  header.message = message.size();
  write_all(out, &header, sizeof header);
  write_all(out, speech.samples.data(), speech.samples.size() * sizeof(int16_t));
  write_all(out, speech.phones.data(), speech.phones.size() * sizeof(data::Phone));
  write_all(out, message.data(), message.size());
  _exit(0);
}

bool receive(int in, RawSpeech& speech, std::string& message) {
  Header header;
  if (!read_all(in, &header, sizeof header)) return false;
  speech.rate_hz = header.rate_hz;
  speech.samples.resize(header.samples);
  speech.phones.resize(header.phones);
  message.resize(header.message);
  return read_all(in, speech.samples.data(), header.samples * sizeof(int16_t)) &&
         read_all(in, speech.phones.data(), header.phones * sizeof(data::Phone)) &&
         read_all(in, message.data(), header.message) && (header.failed == 0 || !message.empty());
}

RawSpeech speak_raw(const std::string& text, const VoiceRecipe& recipe) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail("cannot make a pipe: {}", std::strerror(errno));
  const pid_t process = fork();
  if (process < 0) {
    close(ends[0]), close(ends[1]);
    fail("cannot start a process for speech synthesis: {}", std::strerror(errno));
  }
  if (process == 0) {
    close(ends[0]);
    child(ends[1], text, recipe);
  }
  close(ends[1]);
  RawSpeech speech;
  std::string message;
  const bool whole = receive(ends[0], speech, message);
  close(ends[0]);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!whole) fail("speech synthesis stopped while speaking '{}' with {}", text, recipe.voice);
  if (!message.empty()) throw Error(message);
  return speech;
}

bool prepare_engines() {
  static bool espeak = false;
  static std::once_flag once;
  std::call_once(once, [] {
    prepare_flite();
    espeak = prepare_espeak();
  });
  return espeak;
}

}  // namespace

bool espeak_available() { return prepare_engines(); }

Speech speak(const std::string& text, const VoiceRecipe& recipe) {
  if (!prepare_engines() && recipe.engine == Engine::kEspeak) {
    fail("espeak-ng does not find its data files; install the package espeak-ng-data");
  }
  const RawSpeech raw = speak_raw(text, recipe);
  std::vector<float> samples(raw.samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(raw.samples[i]) / 32768.0f;
  }
  Speech speech;
  const double step = static_cast<double>(raw.rate_hz) / speech.audio.rate_hz * recipe.formants;
  speech.audio.samples =
      std::abs(step - 1) < 1e-9 ? std::move(samples) : data::change_rate(samples, step);
  speech.phones = raw.phones;
  for (data::Phone& p : speech.phones) {
    p.start_s /= recipe.formants;
    p.end_s /= recipe.formants;
  }
  speech.phones = data::tidy_phones(std::move(speech.phones), speech.audio.duration_s());
  return speech;
}

void pad_with_silence(Speech& speech, double before_s, double after_s) {
  std::vector<float>& samples = speech.audio.samples;
  const int rate = speech.audio.rate_hz;
  const auto before = static_cast<size_t>(before_s * rate);
  samples.insert(samples.begin(), before, 0.0f);
  samples.insert(samples.end(), static_cast<size_t>(after_s * rate), 0.0f);
  const double moved = static_cast<double>(before) / rate;
  for (data::Phone& p : speech.phones) p.start_s += moved, p.end_s += moved;
  speech.phones = data::tidy_phones(std::move(speech.phones), speech.audio.duration_s());
}

VoiceRecipe draw_voice(Rng& rng) {
  static constexpr std::array kAccents = {"en-us",     "en-us",  "en-us",          "en-us",
                                          "en",        "en",     "en-gb-scotland", "en-gb-x-rp",
                                          "en-us-nyc", "en-029", "en-gb-x-gbclan"};
  static constexpr std::array kVariants = {
      "",       "m1",      "m2",     "m3",      "m4",       "m5",      "m6",     "m7",
      "m8",     "f1",      "f2",     "f3",      "f4",       "f5",      "Alex",   "Alicia",
      "Andrea", "Andy",    "Annie",  "Denis",   "Diogo",    "Gene",    "Gene2",  "Henrique",
      "Hugo",   "Jacky",   "Lee",    "Marco",   "Mario",    "Michael", "Mike",   "adam",
      "anika",  "antonio", "aunty",  "belinda", "benjamin", "boris",   "caleb",  "david",
      "ed",     "edward",  "iven",   "john",    "linda",    "max",     "michel", "miguel",
      "pablo",  "paul",    "pedro",  "quincy",  "rob",      "robert",  "steph",  "steph2",
      "steph3", "travis",  "victor", "zac"};
  static constexpr std::array kFlite = {"slt", "slt", "rms", "rms", "awb", "awb", "kal16"};
  const auto pick = [&rng](const auto& list) {
    return std::string(
        list[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(list.size()) - 1))]);
  };
  VoiceRecipe recipe;
  if (rng.chance(0.5)) {
    recipe.engine = Engine::kFlite;
    recipe.voice = pick(kFlite);
    recipe.formants = rng.uniform(0.86, 1.18);
  } else {
    const std::string variant = pick(kVariants);
    recipe.voice = pick(kAccents) + (variant.empty() ? "" : "+" + variant);
    recipe.formants = rng.uniform(0.92, 1.1);
  }
  recipe.rate = rng.uniform(0.75, 1.25) / recipe.formants;
  recipe.pitch = rng.uniform(0.8, 1.3);
  recipe.range = rng.uniform(0.4, 1.8);
  return recipe;
}

}  // namespace flowtalk::synth
