// For tests: whoever listens at a UDP port of this machine.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

namespace flowtalk::live {

class Receiver {
 public:
  struct Packet {
    std::string bytes;
    std::chrono::steady_clock::time_point at;
  };

  Receiver() : socket_(socket(AF_INET, SOCK_DGRAM, 0)) {
    const int large = 1 << 20;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
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

  // Everything that comes until nothing has for so long.
  std::vector<Packet> all(std::chrono::milliseconds quiet = std::chrono::milliseconds(300)) {
    std::vector<Packet> packets;
    timeval limit{quiet.count() / 1000, (quiet.count() % 1000) * 1000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string bytes(65536, '\0');
    while (true) {
      const ssize_t got = recv(socket_, bytes.data(), bytes.size(), 0);
      if (got < 0) return packets;
      packets.push_back(
          {bytes.substr(0, static_cast<size_t>(got)), std::chrono::steady_clock::now()});
    }
  }

 private:
  int socket_, port_ = 0;
};

}  // namespace flowtalk::live
