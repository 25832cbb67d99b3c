#include "flowtalk/formats/pickle_input.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/value_tree.h"

namespace flowtalk::formats {
namespace {

constexpr size_t kMostDigits = 4300, kMostIntegerBytes = 1024;  // as Python limits its integers

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The number of exactly `digits` hexadecimal digits at `at`.
std::optional<uint32_t> hex_number(std::string_view text, size_t at, size_t digits) {
  if (text.size() < digits || at > text.size() - digits) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) return std::nullopt;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return value;
}

// Appends a character; false for numbers that are none.
bool append_utf8(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  return true;
}

// The character at `at`, which moves behind it; nothing if the bytes are not UTF-8.
std::optional<uint32_t> next_utf8(std::string_view text, size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) {
    ++at;
    return first;
  }
  const size_t length = static_cast<size_t>(std::countl_one(first));
  if (length < 2 || length > 4 || text.size() - at < length) return std::nullopt;
  uint32_t code = first & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    code = code << 6 | (next & 0x3fu);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    return std::nullopt;
  }
  at += length;
  return code;
}

}  // namespace

void PickleInput::refuse(const std::string& what) const {
  fail("{}: {} (near byte {} of the pickle)", where_, what, at_);
}

void PickleInput::check_left(uint64_t size) const {
  if (size > bytes_.size() - at_) {
    refuse(fmt::format("wants {} bytes, {} are left; the file is cut off or damaged", size,
                       bytes_.size() - at_));
  }
}

std::string_view PickleInput::take(uint64_t size) {
  check_left(size);
  const std::string_view taken = bytes_.substr(at_, static_cast<size_t>(size));
  at_ += taken.size();
  return taken;
}

uint64_t PickleInput::little_endian(size_t size) {
  const std::string_view bytes = take(size);
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

double PickleInput::big_endian_double() {
  uint64_t value = 0;
  for (const char c : take(8)) value = value << 8 | static_cast<unsigned char>(c);
  return std::bit_cast<double>(value);
}

std::string_view PickleInput::line() {
  const size_t end = bytes_.find('\n', at_);
  if (end == bytes_.npos) refuse("a line does not end; the file is cut off or damaged");
  const std::string_view text = bytes_.substr(at_, end - at_);
  at_ = end + 1;
  return text;
}

std::optional<AnyInteger> parse_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || digits.size() > kMostDigits || !std::ranges::all_of(digits, is_digit)) {
    return std::nullopt;
  }
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::string plain(negative ? 1 : 0, '-');
  plain += digits;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error == std::errc()) return value;
  return plain;
}

std::optional<AnyInteger> integer_of_bytes(std::string_view bytes) {
  if (bytes.size() > kMostIntegerBytes) return std::nullopt;
  const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
  if (bytes.size() <= 8) {
    uint64_t value = negative ? ~uint64_t{0} : 0;
    for (size_t i = bytes.size(); i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return static_cast<int64_t>(value);
  }
  constexpr uint64_t kBase = 1'000'000'000;
  std::vector<uint64_t> parts;  // of the magnitude, in base 10^9, lowest first
  // The magnitude of a negative number is its inverted bits plus one.
  uint64_t carry = 0;
  const auto push_byte = [&](uint64_t byte) {
    carry = byte;
    for (uint64_t& part : parts) {
      part = part * 256 + carry;
      carry = part / kBase;
      part %= kBase;
    }
    if (carry > 0) parts.push_back(carry);
  };
  for (size_t i = bytes.size(); i-- > 0;) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    push_byte(negative ? 0xffu ^ byte : byte);
  }
  if (negative) {
    carry = 1;
    for (uint64_t& part : parts) {
      part += carry;
      carry = part / kBase;
      part %= kBase;
    }
    if (carry > 0) parts.push_back(carry);
  }
  std::string text = negative ? "-" : "";
  if (parts.empty()) text += '0';
  for (size_t i = parts.size(); i-- > 0;) {
    text += i + 1 == parts.size() ? std::to_string(parts[i]) : fmt::format("{:09}", parts[i]);
  }
  return parse_decimal(text);
}

std::optional<double> parse_float(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return value;
}

std::optional<std::string> unescape_string(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != literal.back() ||
      (literal.front() != '\'' && literal.front() != '"')) {
    return std::nullopt;
  }
  const std::string_view text = literal.substr(1, literal.size() - 2);
  constexpr std::string_view kEscapes = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    const size_t simple = kEscapes.find(text[i]);
    if (simple != kEscapes.npos) {
      out += kMeanings[simple];
    } else if (text[i] == 'x') {
      const auto code = hex_number(text, i + 1, 2);
      if (!code) return std::nullopt;
      out += static_cast<char>(*code);
      i += 2;
    } else if (text[i] >= '0' && text[i] <= '7') {
      int code = 0;
      const size_t end = std::min(text.size(), i + 3);
      for (; i < end && text[i] >= '0' && text[i] <= '7'; ++i) code = code * 8 + (text[i] - '0');
      --i;
      out += static_cast<char>(code);
    } else {
      out += '\\';
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> unescape_unicode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t code = static_cast<unsigned char>(text[i]);
    const char kind = code == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (kind == 'u' || kind == 'U') {
      const size_t digits = kind == 'u' ? 4 : 8;
      const auto number = hex_number(text, i + 2, digits);
      if (!number) return std::nullopt;
      code = *number;
      i += 1 + digits;
      if (code >= 0xd800 && code < 0xdc00 && text.substr(i + 1).starts_with("\\u")) {
        const auto low = hex_number(text, i + 3, 4);  // Python 2 writes pairs of surrogates
        if (!low || *low < 0xdc00 || *low >= 0xe000) return std::nullopt;
        code = 0x10000 + ((code - 0xd800) << 10) + (*low - 0xdc00);
        i += 6;
      }
    }
    if (!append_utf8(out, code)) return std::nullopt;
  }
  return out;
}

bool is_utf8(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    if (!next_utf8(bytes, at)) return false;
  }
  return true;
}

std::optional<std::string> latin1_from_utf8(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size();) {
    const auto code = next_utf8(utf8, at);
    if (!code || *code > 0xff) return std::nullopt;
    out += static_cast<char>(*code);
  }
  return out;
}

}  // namespace flowtalk::formats
