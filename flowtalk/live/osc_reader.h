// Packets of Open Sound Control 1.0, from anybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flowtalk::live {

struct OscMessage {
  std::string address;                                    // "/flowtalk/emotion"
  std::vector<std::variant<double, std::string>> values;  // numbers of any type, true 1, false 0
  bool operator==(const OscMessage&) const = default;
};

// The messages of a packet, those of bundles in their order; their time tags are not waited for.
// Nothing: it is cut off, no OSC, holds a type other than i f h d s S T F, or bundles more than
// four deep.
std::optional<std::vector<OscMessage>> read_osc(std::string_view packet);

}  // namespace flowtalk::live
