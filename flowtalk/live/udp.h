// Packets by UDP: to one place, which nobody has to listen to, and from anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flowtalk/live/target.h"

namespace flowtalk::live {

class UdpSocket {
 public:
  // Error: the machine's name is not known; no socket.
  explicit UdpSocket(const Target& target);
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&&) = delete;

  // Never waits. "" or why it was not taken by the machine, or why the one before was not.
  std::string send(std::string_view packet);

 private:
  int socket_ = -1;
};

// Whatever is sent to a place of this machine.
class UdpListener {
 public:
  // Error: no such place here, or somebody else listens there.
  explicit UdpListener(const Place& place);
  ~UdpListener();
  UdpListener(const UdpListener&) = delete;
  UdpListener& operator=(const UdpListener&) = delete;

  // The packet that has waited longest; never waits for one. What is longer than kLongestPacket
  // is cut off there.
  std::optional<std::string> next();

  static constexpr size_t kLongestPacket = 4096;

 private:
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace flowtalk::live
