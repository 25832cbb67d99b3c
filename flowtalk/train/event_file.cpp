#include "flowtalk/train/event_file.h"

#include <unistd.h>

#include <array>
#include <bit>
#include <chrono>
#include <cstring>

#include "flowtalk/base/error.h"

namespace flowtalk::train {
namespace {

constexpr std::string_view kVersion = "brain.Event:2";

constexpr std::array<uint32_t, 256> make_table() {
  constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = make_table();

template <class T>
std::string little_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  bytes += static_cast<char>(value);
  return bytes;
}

// Fields of a protocol buffer: the number and the wire type in one byte, then the value.
std::string counted(int field, std::string_view bytes) {
  return fmt::format("{}{}{}", static_cast<char>(field << 3 | 2), varint(bytes.size()), bytes);
}
template <class T>
std::string fixed(int field, T value) {
  const int wire = sizeof value == 8 ? 1 : 5;
  return fmt::format("{}{}", static_cast<char>(field << 3 | wire), little_endian(value));
}
std::string whole(int field, int64_t value) {
  return fmt::format("{}{}", static_cast<char>(field << 3), varint(static_cast<uint64_t>(value)));
}

double now_s() {
  using Seconds = std::chrono::duration<double>;
  return std::chrono::duration_cast<Seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "here";
  return name.data();
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char c : bytes) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return ~crc;
}

uint32_t masked(uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8u; }

EventFile::EventFile(const std::filesystem::path& folder) {
  const double now = now_s();
  // A run that goes on within a second must not write over the file of the run before.
  for (auto second = static_cast<int64_t>(now);; ++second) {
    path_ = folder / fmt::format("events.out.tfevents.{:010}.{}", second, host());
    if (!std::filesystem::exists(path_)) break;
  }
  out_.open(path_, std::ios::binary);
  write(fixed(1, now) + counted(3, kVersion));
}

void EventFile::add(int64_t step, const std::map<std::string, double>& values) {
  std::string summary;
  for (const auto& [tag, value] : values) {
    summary += counted(1, counted(1, tag) + fixed(2, static_cast<float>(value)));
  }
  write(fixed(1, now_s()) + whole(2, step) + counted(5, summary));
}

void EventFile::write(const std::string& event) {
  const std::string length = little_endian(static_cast<uint64_t>(event.size()));
  out_ << length << little_endian(masked(crc32c(length))) << event
       << little_endian(masked(crc32c(event)));
  out_.flush();
  if (!out_) fail("{}: cannot be written; is the disk full?", path_.string());
}

}  // namespace flowtalk::train
