// Packets to one place by UDP, which nobody has to listen to.
#pragma once

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

}  // namespace flowtalk::live
