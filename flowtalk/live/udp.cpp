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

namespace {

// Which call makes a socket one that sends to a place, or one that listens there.
using Attach = int (*)(int, const sockaddr*, socklen_t);
struct Way {
  Attach attach;
  const char* what_fails;
};

int open_socket(const Place& place, const std::string& name, const Way& way) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(place.port);
  const int code = getaddrinfo(place.host.c_str(), port.c_str(), &wanted, &found);
  if (code != 0) {
    fail("{}: the machine is not known ({}); give its address", name, gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  int why = 0;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const int opened = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (opened >= 0 && way.attach(opened, at->ai_addr, at->ai_addrlen) == 0) return opened;
    why = errno;
    if (opened >= 0) close(opened);
  }
  fail("{}: {} ({})", name, way.what_fails, std::strerror(why));
}

}  // namespace

UdpSocket::UdpSocket(const Target& target)
    : socket_(open_socket(target.place, target.text(),
                          {connect, "cannot be sent to; check address and network"})) {}

UdpSocket::~UdpSocket() {
  if (socket_ >= 0) close(socket_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

UdpListener::UdpListener(const Place& place)
    : socket_(open_socket(
          place, place.text(),
          {bind, "cannot be listened at; take another port or an address of this machine"})),
      buffer_(kLongestPacket, '\0') {}

UdpListener::~UdpListener() { close(socket_); }

std::optional<std::string> UdpListener::next() {
  const ssize_t got = recv(socket_, buffer_.data(), buffer_.size(), 0);
  if (got < 0) return std::nullopt;
  return buffer_.substr(0, static_cast<size_t>(got));
}

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
