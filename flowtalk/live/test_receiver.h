// For tests: whoever listens at a UDP port of this machine.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flowtalk::live {

class Receiver {
 public:
  struct Packet {
    std::string bytes;
    double at_s = 0;  // when it came, whenever it is asked for
  };

  Receiver() : socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    const int large = 1 << 20;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    auto* address = reinterpret_cast<sockaddr*>(&place);
    EXPECT_EQ(bind(socket_, address, size), 0);
    EXPECT_EQ(getsockname(socket_, address, &size), 0);
    port_ = ntohs(place.sin_port);
  }
  ~Receiver() { close(socket_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  int port() const { return port_; }
  std::string target(const std::string& protocol) const {
    return protocol + "://127.0.0.1:" + std::to_string(port_);
  }

  // The next packet; nothing if none comes for so long.
  std::optional<Packet> next(std::chrono::milliseconds patience) {
    timeval limit{patience.count() / 1000, (patience.count() % 1000) * 1000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string bytes(65536, '\0');
    alignas(cmsghdr) std::array<char, 256> control{};
    iovec place{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(socket_, &message, 0);
    if (got < 0) return std::nullopt;
    return Packet{bytes.substr(0, static_cast<size_t>(got)), time_of(message)};
  }

  // Everything that comes until nothing has for so long, at most 10,000 packets.
  std::vector<Packet> all(std::chrono::milliseconds quiet) {
    std::vector<Packet> packets;
    while (packets.size() < 10000) {
      auto packet = next(quiet);
      if (!packet) break;
      packets.push_back(std::move(*packet));
    }
    return packets;
  }

 private:
  static double time_of(msghdr& message) {
    timespec at{};
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_type == SCM_TIMESTAMPNS) std::memcpy(&at, CMSG_DATA(c), sizeof at);
    }
    return static_cast<double>(at.tv_sec) + 1e-9 * static_cast<double>(at.tv_nsec);
  }

  int socket_, port_ = 0;
};

}  // namespace flowtalk::live
