#include "flowtalk/live/sender.h"

#include <cmath>
#include <ctime>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::live {

Sender::Sender(const std::vector<Target>& targets, const Sending& sending, const Reporter& reporter)
    : sending_(sending), reporter_(reporter) {
  for (const Target& target : targets) receivers_.push_back({target, UdpSocket(target), ""});
}

void Sender::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  stopping_.notify_all();
}

bool Sender::wait_until(Clock::time_point when) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_until(lock, when, [&] { return stopped_; });
}

Clock::time_point Sender::time_of(Clock::time_point start, int64_t n) const {
  return start +
         std::chrono::nanoseconds(std::llround(1e9 * static_cast<double>(n) / sending_.rate.hz()));
}

Sent Sender::run(Clock::time_point start, const FaceAt& face) {
  sending_.start_s = seconds_of_day(start);
  Sent sent;
  int64_t n = 0;
  while (wait_until(time_of(start, n))) {
    // After a machine that slept: go on at now, with the numbers of now.
    while (time_of(start, n + 1) <= Clock::now()) {
      ++n;
      ++sent.left_out;
    }
    const auto pose = face(n, time_of(start, n));
    if (!pose) break;
    send(*pose, n, sent);
    const std::chrono::duration<double, std::milli> behind = Clock::now() - time_of(start, n);
    sent.behind_ms.add(behind.count());
    ++n;
  }
  for (int i = 0; i < kRestingFrames; ++i, ++n) {
    std::unique_lock lock(mutex_);
    stopping_.wait_until(lock, time_of(start, n), [] { return false; });
    lock.unlock();
    send(arkit::Scored(), n, sent);
  }
  return sent;
}

void Sender::send(const arkit::Scored& pose, int64_t n, Sent& sent) {
  ++sent.frames;
  for (Receiver& receiver : receivers_) {
    for (const std::string& packet : receiver.target.protocol->packets(pose, n, sending_)) {
      const std::string trouble = receiver.socket.send(packet);
      ++sent.packets;
      if (trouble.empty()) continue;
      ++sent.refused;
      if (receiver.told == trouble) continue;
      receiver.told = trouble;
      reporter_.warn(fmt::format("{}: nothing is taken there now ({}); sending goes on",
                                 receiver.target.text(), trouble));
    }
  }
}

double seconds_of_day(Clock::time_point when) {
  using std::chrono::system_clock;
  const auto now =
      system_clock::now() + std::chrono::duration_cast<system_clock::duration>(when - Clock::now());
  const std::time_t seconds = system_clock::to_time_t(now);
  const std::chrono::duration<double> part = now - system_clock::from_time_t(seconds);
  std::tm local{};
  localtime_r(&seconds, &local);
  return 3600 * local.tm_hour + 60 * local.tm_min + local.tm_sec + part.count();
}

}  // namespace flowtalk::live
