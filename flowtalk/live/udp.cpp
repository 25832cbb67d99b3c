#include "flowtalk/live/udp.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::live {

UdpSocket::UdpSocket(const Target& target) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(target.port);
  const int code = getaddrinfo(target.host.c_str(), port.c_str(), &wanted, &found);
  if (code != 0) {
    fail("{}: the machine is not known ({}); give its address", target.text(), gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  int why = 0;
  for (const addrinfo* place = found; place != nullptr; place = place->ai_next) {
    socket_ = socket(place->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ >= 0 && connect(socket_, place->ai_addr, place->ai_addrlen) == 0) return;
    why = errno;
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  fail("{}: cannot be sent to ({}); check address and network", target.text(), std::strerror(why));
}

UdpSocket::~UdpSocket() {
  if (socket_ >= 0) close(socket_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

std::string UdpSocket::send(std::string_view packet) {
  // A refusal belongs to an earlier packet: this one was not sent for it, so it is sent again.
  std::string why;
  for (int tries = 0; tries < 2; ++tries) {
    if (::send(socket_, packet.data(), packet.size(), MSG_NOSIGNAL) >= 0) break;
    why = std::strerror(errno);
    if (errno != ECONNREFUSED) break;
  }
  return why;
}

}  // namespace flowtalk::live
