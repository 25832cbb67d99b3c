#include "flowtalk/pipeline/live_sound.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/live/microphone.h"

namespace flowtalk::pipeline {
namespace {

constexpr size_t kPipeBytes = 1 << 16;
constexpr int kLookAgain_ms = 100;  // whether to stop
constexpr std::chrono::milliseconds kListenAgain{4};

class HeldSound : public LiveSound {
 public:
  explicit HeldSound(audio::Audio voice) : voice_(std::move(voice)) {}

  int rate_hz() const override { return voice_.rate_hz; }
  bool read(int64_t most, Clock::time_point, std::vector<float>& out) override {
    const auto count = std::min(static_cast<size_t>(most), voice_.samples.size() - at_);
    const auto from = voice_.samples.begin() + static_cast<std::ptrdiff_t>(at_);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(count));
    at_ += count;
    return at_ < voice_.samples.size();
  }

 private:
  audio::Audio voice_;
  size_t at_ = 0;
};

class PipeSound : public LiveSound {
 public:
  PipeSound(int descriptor, std::string where, const PipeForm& form)
      : descriptor_(descriptor),
        where_(std::move(where)),
        stream_(form.form == audio::PcmForm::kWav
                    ? audio::PcmStream(where_)
                    : audio::PcmStream(where_, form.form, form.rate_hz, form.channels)) {}

  // Until the rate is known and the first bytes are there.
  void begin(const std::function<bool()>& stopped) {
    if (isatty(descriptor_) == 1) {
      fail_usage(
          "{}: is a terminal, expected sound; for example: arecord -f S16_LE -r 16000 -t wav "
          "| flowtalk live {} {} livelink",
          where_, Field("stdin"), Field("to"));
    }
    while (stream_.rate_hz() == 0 && !stopped()) {
      // No more than the header, so that the clock begins with the sound.
      if (ready(kLookAgain_ms) && !take(1, ahead_)) {
        fail("{}: ended before any sound came; expected a WAV file, or bare samples with {}",
             where_, Field("rate"));
      }
    }
    while (!stopped() && !ready(kLookAgain_ms)) continue;
  }

  int rate_hz() const override { return stream_.rate_hz(); }

  bool read(int64_t most, Clock::time_point until, std::vector<float>& out) override {
    std::vector<float> come = std::exchange(ahead_, {});
    bool open = stream_.rate_hz() > 0;
    while (open && static_cast<int64_t>(come.size()) < most) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
      if (!ready(static_cast<int>(std::max<int64_t>(0, left)))) break;
      const int64_t missing = (most - static_cast<int64_t>(come.size())) * stream_.frame_bytes();
      open = take(static_cast<size_t>(missing), come);
    }
    // A file after a file may bring a few samples more than were asked for.
    const auto count =
        std::min<size_t>(static_cast<size_t>(std::max<int64_t>(most, 0)), come.size());
    const auto end = come.begin() + static_cast<std::ptrdiff_t>(count);
    out.insert(out.end(), come.begin(), end);
    ahead_.assign(end, come.end());
    if (!open && !stream_.heard()) fail("{}: ended before any sound came", where_);
    return open || !ahead_.empty();
  }

  std::string remark() const override {
    if (stream_.not_finite() == 0) return "";
    return fmt::format("{}: {} samples were not finite numbers and were taken as silence", where_,
                       stream_.not_finite());
  }

 private:
  bool ready(int milliseconds) const {
    pollfd of{descriptor_, POLLIN, 0};
    return poll(&of, 1, milliseconds) > 0;
  }

  // False: it is over.
  bool take(size_t most, std::vector<float>& out) {
    char bytes[kPipeBytes];
    const ssize_t got = ::read(descriptor_, bytes, std::min(most, kPipeBytes));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got < 0) fail("{}: cannot be read ({})", where_, std::strerror(errno));
    stream_.push({bytes, static_cast<size_t>(got)}, out);
    return got > 0;
  }

  int descriptor_;
  std::string where_;
  audio::PcmStream stream_;
  std::vector<float> ahead_;
};

class MicrophoneSound : public LiveSound {
 public:
  explicit MicrophoneSound(const std::string& device) : microphone_(device) {}

  int rate_hz() const override { return microphone_.rate_hz(); }
  bool has_own_pace() const override { return true; }
  bool read(int64_t, Clock::time_point until, std::vector<float>& out) override {
    while (true) {
      if (!microphone_.read(out)) fail("the microphone is gone; plug it in and begin again");
      if (!out.empty() || Clock::now() >= until) return true;
      std::this_thread::sleep_for(kListenAgain);
    }
  }

 private:
  live::Microphone microphone_;
};

}  // namespace

std::unique_ptr<LiveSound> sound_of_microphone(const std::string& device) {
  return std::make_unique<MicrophoneSound>(device);
}

std::unique_ptr<LiveSound> sound_of(audio::Audio voice) {
  return std::make_unique<HeldSound>(std::move(voice));
}

std::unique_ptr<LiveSound> sound_of_pipe(int descriptor, const std::string& where,
                                         const PipeForm& form,
                                         const std::function<bool()>& stopped) {
  auto sound = std::make_unique<PipeSound>(descriptor, where, form);
  sound->begin(stopped);
  return sound;
}

}  // namespace flowtalk::pipeline
