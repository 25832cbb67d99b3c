// Sends a face to any number of targets at a steady rate, by a clock that does not drift.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/base/tally.h"
#include "flowtalk/live/playback.h"
#include "flowtalk/live/udp.h"

namespace flowtalk::live {

// The face of frame n, which is shown at `when`; nothing: it is over.
using FaceAt = std::function<std::optional<arkit::Scored>(int64_t n, Clock::time_point when)>;

struct Sent {
  int64_t frames = 0, packets = 0;
  int64_t left_out = 0;  // frames whose time was over before they could be sent
  int64_t refused = 0;   // packets that the machine did not take
  Tally behind_ms;       // of each frame: how long after its time it was sent
};

// How often the face at rest is sent at the end: UDP may lose one.
inline constexpr int kRestingFrames = 3;

class Sender {
 public:
  // Errors of UdpSocket. A target that nobody listens at is warned of once.
  Sender(const std::vector<Target>& targets, const Sending& sending, const Reporter& reporter);

  // Sends frame n at start + n / rate until `face` gives none or stop() is called, then the face at
  // rest. Called once, by the thread that sends.
  Sent run(Clock::time_point start, const FaceAt& face);
  // From any thread.
  void stop();

 private:
  struct Receiver {
    Target target;
    UdpSocket socket;
    std::string told;  // the trouble that was warned of
  };
  Clock::time_point time_of(Clock::time_point start, int64_t n) const;
  bool wait_until(Clock::time_point when);  // false: to stop
  void send(const arkit::Scored& pose, int64_t n, Sent& sent);

  std::vector<Receiver> receivers_;
  Sending sending_;
  const Reporter& reporter_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

// Seconds since midnight of the local clock at a moment of the steady one.
double seconds_of_day(Clock::time_point when);

}  // namespace flowtalk::live
