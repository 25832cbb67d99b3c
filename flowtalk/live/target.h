// Where a face is sent: a protocol, a machine and a port.
#pragma once

#include <string>

#include "flowtalk/live/place.h"
#include "flowtalk/live/protocol.h"

namespace flowtalk::live {

struct Target {
  const Protocol* protocol = nullptr;
  Place place;

  std::string text() const;  // "livelink://127.0.0.1:11111", an address with colons in brackets
};

// "livelink", "vmc://192.168.1.20", "livelink://[::1]:12000": this machine and the protocol's own
// port, unless named. Usage Error: anything else. `where` names what asked.
Target target_of(const std::string& text, const std::string& where);

}  // namespace flowtalk::live
