// Messages of Open Sound Control 1.0.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flowtalk::live {

using OscValue = std::variant<int32_t, float, std::string_view>;

// address: "/VMC/Ext/OK"
std::string osc_message(std::string_view address, std::span<const OscValue> values);
// To be done at once, in this order.
std::string osc_bundle(std::span<const std::string> messages);
// Bytes of a bundle without messages, and what each adds to its own.
inline constexpr size_t kOscBundleBytes = 16, kOscElementBytes = 4;

}  // namespace flowtalk::live
