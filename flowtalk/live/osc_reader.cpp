#include "flowtalk/live/osc_reader.h"

#include <bit>
#include <cstdint>

namespace flowtalk::live {
namespace {

constexpr std::string_view kBundle("#bundle\0", 8);
constexpr size_t kTimeTag = 8, kWord = 4;
constexpr int kDeepest = 4;

// What is left of a packet. Every read answers with nothing where it is cut off.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  bool empty() const { return left_.empty(); }
  std::optional<std::string_view> bytes(size_t count) {
    if (count > left_.size()) return std::nullopt;
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  template <class Word>  // unsigned, big endian
  std::optional<Word> word() {
    const auto taken = bytes(sizeof(Word));
    if (!taken) return std::nullopt;
    Word value = 0;
    for (const char c : *taken) {
      value = static_cast<Word>(value << 8) | static_cast<uint8_t>(c);
    }
    return value;
  }
  // Up to its zero; whole words are taken.
  std::optional<std::string_view> text() {
    const size_t end = left_.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    const auto taken = bytes((end / kWord + 1) * kWord);
    if (!taken) return std::nullopt;
    return taken->substr(0, end);
  }

 private:
  std::string_view left_;
};

template <class Value>
bool add(OscMessage& message, const std::optional<Value>& value) {
  if (value) message.values.emplace_back(*value);
  return value.has_value();
}

template <class To, class Word>
std::optional<double> number(const std::optional<Word>& word) {
  if (!word) return std::nullopt;
  return static_cast<double>(std::bit_cast<To>(*word));
}

bool read_value(Reader& reader, char type, OscMessage& message) {
  switch (type) {
    case 'i':
      return add(message, number<int32_t>(reader.word<uint32_t>()));
    case 'f':
      return add(message, number<float>(reader.word<uint32_t>()));
    case 'h':
      return add(message, number<int64_t>(reader.word<uint64_t>()));
    case 'd':
      return add(message, number<double>(reader.word<uint64_t>()));
    case 'T':
    case 'F':
      return add(message, std::optional(type == 'T' ? 1.0 : 0.0));
    case 's':
    case 'S': {
      const auto text = reader.text();
      return add(message, text ? std::optional(std::string(*text)) : std::nullopt);
    }
    default:
      return false;
  }
}

bool read_message(std::string_view bytes, std::vector<OscMessage>& messages) {
  Reader reader(bytes);
  const auto address = reader.text();
  if (!address || !address->starts_with('/')) return false;
  OscMessage message{std::string(*address), {}};
  if (!reader.empty()) {  // some senders leave the types of nothing out
    const auto types = reader.text();
    if (!types || !types->starts_with(',')) return false;
    for (const char type : types->substr(1)) {
      if (!read_value(reader, type, message)) return false;
    }
  }
  messages.push_back(std::move(message));
  return true;
}

bool read_packet(std::string_view bytes, int depth, std::vector<OscMessage>& messages) {
  if (!bytes.starts_with(kBundle)) return read_message(bytes, messages);
  if (depth == kDeepest) return false;
  Reader reader(bytes.substr(kBundle.size()));
  if (!reader.bytes(kTimeTag)) return false;
  while (!reader.empty()) {
    const auto size = reader.word<uint32_t>();
    const auto element = size ? reader.bytes(*size) : std::nullopt;
    if (!element || !read_packet(*element, depth + 1, messages)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::vector<OscMessage>> read_osc(std::string_view packet) {
  std::vector<OscMessage> messages;
  if (!read_packet(packet, 0, messages)) return std::nullopt;
  return messages;
}

}  // namespace flowtalk::live
