#include "flowtalk/live/osc.h"

#include "flowtalk/live/big_endian.h"

namespace flowtalk::live {
namespace {

constexpr uint32_t kAtOnce = 1;  // the lower half of a time tag, the upper one is 0

// With at least one zero behind it, in words of four bytes.
void append_text(std::string& out, std::string_view text) {
  out += text;
  out.append(4 - text.size() % 4, '\0');
}

}  // namespace

std::string osc_message(std::string_view address, std::span<const OscValue> values) {
  std::string types(1, ','), data;
  for (const OscValue& value : values) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      types.push_back('s');
      append_text(data, *text);
    } else if (const auto* number = std::get_if<float>(&value)) {
      types.push_back('f');
      append_big_endian(data, *number);
    } else {
      types.push_back('i');
      append_big_endian(data, std::get<int32_t>(value));
    }
  }
  std::string message;
  append_text(message, address);
  append_text(message, types);
  return message + data;
}

std::string osc_bundle(std::span<const std::string> messages) {
  std::string bundle;
  append_text(bundle, "#bundle");
  append_big_endian(bundle, uint32_t{0});
  append_big_endian(bundle, kAtOnce);
  for (const std::string& message : messages) {
    append_big_endian(bundle, static_cast<uint32_t>(message.size()));
    bundle += message;
  }
  return bundle;
}

}  // namespace flowtalk::live
