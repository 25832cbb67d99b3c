// A machine and a port.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace flowtalk::live {

struct Place {
  std::string host = "127.0.0.1";  // a name or an address
  int port = 0;

  std::string text() const;  // "127.0.0.1:9000", an address with colons in brackets
};

// HOST, HOST:PORT or [ADDRESS]:PORT; a port that is left out stays. refuse(what is wrong) ends it
// by an Error.
void read_place(std::string_view text, Place& place,
                const std::function<void(const std::string&)>& refuse);
// 1 to 65535, or refuse().
int read_port(std::string_view digits, const std::function<void(const std::string&)>& refuse);

}  // namespace flowtalk::live
