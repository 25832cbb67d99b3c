// The bytes of a pickle, taken one operand at a time, and the text forms that operands may have.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace flowtalk::formats {

// Errors name `where` and the byte.
class PickleInput {
 public:
  PickleInput(std::string_view bytes, std::string where)
      : bytes_(bytes), where_(std::move(where)) {}

  size_t position() const { return at_; }
  size_t size() const { return bytes_.size(); }
  [[noreturn]] void refuse(const std::string& what) const;

  uint8_t byte() { return static_cast<uint8_t>(take(1)[0]); }
  uint64_t little_endian(size_t size);  // an unsigned number of `size` bytes
  int32_t int32() { return static_cast<int32_t>(little_endian(4)); }
  double big_endian_double();
  std::string_view take(uint64_t size);  // Error if fewer bytes are left
  std::string_view counted(size_t size_bytes) { return take(little_endian(size_bytes)); }
  std::string_view line();               // up to the next line end, without it
  void check_left(uint64_t size) const;  // Error if fewer bytes are left

 private:
  std::string_view bytes_;
  std::string where_;
  size_t at_ = 0;
};

// An integer of any size: 64 bits, or decimal text beyond.
using AnyInteger = std::variant<int64_t, std::string>;

// Nothing is returned for text that is not of the form.
std::optional<AnyInteger> parse_decimal(std::string_view text);        // "-12"
std::optional<AnyInteger> integer_of_bytes(std::string_view bytes);    // little-endian, signed
std::optional<double> parse_float(std::string_view text);              // "1e5", "nan", "-inf"
std::optional<std::string> unescape_string(std::string_view literal);  // Python's repr of a str
std::optional<std::string> unescape_unicode(std::string_view text);    // raw-unicode-escape: UTF-8
bool is_utf8(std::string_view bytes);
std::optional<std::string> latin1_from_utf8(std::string_view utf8);

}  // namespace flowtalk::formats
