// Live Link's packets, version 6: one UDP packet a frame. Unreal drops, without a word, what has
// another version or another number of values; some receivers read fixed places, for which the
// device has 36 characters and nothing follows the values.
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/live/big_endian.h"
#include "flowtalk/live/protocol.h"

namespace flowtalk::live {
namespace {

constexpr char kVersion = 6;
constexpr double kDay_s = 86400;
constexpr size_t kDeviceBytes = 36;

// 64-bit FNV-1a (Fowler, Noll, Vo).
uint64_t hash_of(const std::string& text, uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

// The same for the same subject, so that receivers know it again.
std::string device_of(const std::string& subject) {
  const uint64_t a = hash_of(subject, 0xcbf29ce484222325u), b = hash_of(subject, a);
  return fmt::format("{:08X}-{:04X}-4{:03X}-{:04X}-{:012X}", a >> 32, (a >> 16) & 0xffff, a & 0xfff,
                     0x8000 | ((b >> 48) & 0x3fff), b & 0xffffffffffff);
}

void append_text(std::string& out, const std::string& text) {
  append_big_endian(out, static_cast<int32_t>(text.size()));
  out += text;
}

}  // namespace

std::vector<std::string> live_link_packets(const arkit::Scored& pose, int64_t frame,
                                           const Sending& sending) {
  const std::string device = sending.device.empty() ? device_of(sending.subject) : sending.device;
  FT_CHECK(device.size() == kDeviceBytes, "a device of {} characters", device.size());
  const double rate = sending.rate.hz();
  const double since_midnight =
      std::fmod(sending.start_s * rate + static_cast<double>(frame), kDay_s * rate);
  const double whole = std::floor(since_midnight);

  std::string packet(1, kVersion);
  append_text(packet, device);
  append_text(packet, sending.subject);
  append_big_endian(packet, static_cast<int32_t>(whole));
  append_big_endian(packet, static_cast<float>(since_midnight - whole));
  append_big_endian(packet, static_cast<int32_t>(sending.rate.numerator));
  append_big_endian(packet, static_cast<int32_t>(sending.rate.denominator));
  packet.push_back(static_cast<char>(pose.scores.size() + pose.turns.size()));
  for (const float value : pose.scores) append_big_endian(packet, value);
  for (const float value : pose.turns) append_big_endian(packet, value);
  return {packet};
}

}  // namespace flowtalk::live
