#include "flowtalk/formats/npy.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/element.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

constexpr size_t kMaxAxes = 64;  // as numpy 2
constexpr std::string_view kMagic = "\x93NUMPY";

// The header is a Python dictionary of a string, a boolean and a tuple; nothing else of the
// language is understood.
struct Header {
  std::string descr;
  bool fortran_order = false;
  tensor::Shape shape;
};

class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Header parse() {
    Header header;
    bool descr = false, order = false, shape = false;
    const auto once = [&](bool& seen, const std::string& key) {
      if (seen) refuse("the key '" + key + "' stands twice");
      seen = true;
    };
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr") {
        once(descr, key);
        header.descr = string();
      } else if (key == "fortran_order") {
        once(order, key);
        header.fortran_order = boolean();
      } else if (key == "shape") {
        once(shape, key);
        header.shape = tuple();
      } else {
        refuse("unknown key " + printable(key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) refuse("text after the dictionary");
    if (!descr || !order || !shape) refuse("descr, fortran_order or shape is missing");
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    fail("{}: not a valid .npy header: {} (at byte {})", where_, what, at_);
  }
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse(fmt::format("expected '{}'", c));
  }
  bool accept_word(std::string_view word) {
    skip_blanks();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  std::string string() {
    skip_blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') {
      refuse("expected a string (structured and object arrays are not read)");
    }
    const auto end = text_.find(quote, at_ + 1);
    if (end == text_.npos) refuse("a string does not end");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    if (value.find('\\') != value.npos) refuse("escapes in strings are not read");
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    refuse("expected True or False");
  }
  tensor::Shape tuple() {
    tensor::Shape shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(integer());
      if (shape.size() > kMaxAxes) refuse("too many axes");
      if (!accept(',')) {
        expect(')');
        if (shape.size() == 1) refuse("expected a tuple, got a number in parentheses");
        break;
      }
    }
    return shape;
  }
  int64_t integer() {
    skip_blanks();
    int64_t value = -1;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) refuse("expected a size of 0 or more");
    at_ += static_cast<size_t>(end - begin);
    accept_word("L");  // long integers of Python 2
    return value;
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
};

struct Element {
  Dtype dtype;
  bool big_endian;
};

std::optional<Element> parse_descr(const std::string& descr) {
  static const std::map<std::string, Dtype> kTypes = {
      {"b1", Dtype::kBool}, {"u1", Dtype::kU8},   {"i1", Dtype::kI8},  {"u2", Dtype::kU16},
      {"i2", Dtype::kI16},  {"u4", Dtype::kU32},  {"i4", Dtype::kI32}, {"u8", Dtype::kU64},
      {"i8", Dtype::kI64},  {"f2", Dtype::kF16},  {"f4", Dtype::kF32}, {"f8", Dtype::kF64},
      {"c8", Dtype::kC64},  {"c16", Dtype::kC128}};
  if (descr.empty() || std::string_view("<>|=").find(descr[0]) == std::string_view::npos) {
    return std::nullopt;
  }
  if (kHasF80 && descr == "<f16") return Element{Dtype::kF80, false};
  const auto found = kTypes.find(descr.substr(1));
  if (found == kTypes.end()) return std::nullopt;
  if (descr[0] == '|' && element_size(found->second) != 1) return std::nullopt;
  return Element{found->second, descr[0] == '>'};
}

size_t little_endian(std::string_view bytes) {
  size_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

void append_utf8(std::string& text, uint32_t code) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000 && (code < 0xd800 || code > 0xdfff)) {
    text += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else if (code >= 0x10000 && code < 0x110000) {
    text += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  } else {
    text += '?';
  }
}

struct Contents {
  Header header;
  std::string_view data;
};

Contents split(std::string_view bytes, const std::string& where) {
  if (bytes.size() < kMagic.size() + 4 || !bytes.starts_with(kMagic)) {
    fail("{}: not a .npy file (it does not start as one)", where);
  }
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) {
    fail("{}: .npy version {}, expected 1, 2 or 3; save it again with numpy.save", where, version);
  }
  const size_t length_bytes = version == 1 ? 2 : 4, start = 8 + length_bytes;
  if (bytes.size() < start) fail("{}: cut off within the .npy header", where);
  const size_t length = little_endian(bytes.substr(8, length_bytes));
  if (length > bytes.size() - start) {
    fail("{}: the .npy header says {} bytes, {} are left in the file; the file is cut off", where,
         length, bytes.size() - start);
  }
  return {HeaderParser(bytes.substr(start, length), where).parse(), bytes.substr(start + length)};
}

// UTF-8 of a fixed number of characters, which zeros fill up: bytes, or code points of 32 bits.
std::string text_at(std::string_view cell, bool code_points, bool big_endian) {
  std::string text;
  for (size_t i = 0; i + (code_points ? 4 : 1) <= cell.size(); i += code_points ? 4 : 1) {
    uint32_t code = static_cast<unsigned char>(cell[i]);
    if (code_points) {
      std::string unit(cell.substr(i, 4));
      if (big_endian) std::reverse(unit.begin(), unit.end());
      code = static_cast<uint32_t>(little_endian(unit));
    }
    append_utf8(text, code);
  }
  text.erase(text.find_last_not_of('\0') + 1);
  return text;
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

Array read_npy_array(std::string_view bytes, std::shared_ptr<const void> owner,
                     const std::string& where) {
  const auto [header, data] = split(bytes, where);
  const auto element = parse_descr(header.descr);
  if (!element) {
    fail("{}: element type {}, expected numbers (float, complex, integers, bool)", where,
         printable(header.descr));
  }
  const size_t size = element_size(element->dtype);
  const auto count = checked_count(header.shape, size, data.size());
  if (!count || static_cast<size_t>(*count) * size != data.size()) {
    fail("{}: shape {} of {}-byte elements does not fit the {} bytes of data", where,
         tensor::to_string(header.shape), size, data.size());
  }
  return make_array({.dtype = element->dtype,
                     .shape = header.shape,
                     .big_endian = element->big_endian,
                     .fortran_order = header.fortran_order},
                    data, std::move(owner), where);
}

std::optional<std::vector<std::string>> read_npy_texts(std::string_view bytes,
                                                       const std::string& where) {
  const auto [header, data] = split(bytes, where);
  const std::string& descr = header.descr;
  if (descr.size() < 3 || (descr[1] != 'U' && descr[1] != 'S')) return std::nullopt;
  const bool code_points = descr[1] == 'U';
  size_t length = 0;
  const char* last = descr.data() + descr.size();
  const auto [end, error] = std::from_chars(descr.data() + 2, last, length);
  constexpr size_t kLongest = size_t{1} << 16;
  if (error != std::errc() || end != last || length > kLongest) {
    fail("{}: element type {}, expected texts of a length", where, printable(descr));
  }
  const size_t size = length * (code_points ? 4 : 1);
  const auto count = checked_count(header.shape, size, data.size());
  if (size == 0 || !count || static_cast<size_t>(*count) * size != data.size()) {
    fail("{}: shape {} of {}-byte texts does not fit the {} bytes of data", where,
         tensor::to_string(header.shape), size, data.size());
  }
  std::vector<std::string> texts;
  for (size_t at = 0; at < data.size(); at += size) {
    texts.push_back(text_at(data.substr(at, size), code_points, descr[0] == '>'));
  }
  return texts;
}

std::optional<std::string_view> npy_pickle(std::string_view bytes, const std::string& where) {
  const auto [header, data] = split(bytes, where);
  if (header.descr != "|O" && header.descr != "O") return std::nullopt;
  return data;
}

tensor::Tensor read_npy(std::string_view bytes, const std::string& where) {
  const Array array = read_npy_array(bytes, nullptr, where);
  if (is_complex(array.dtype)) fail("{}: complex numbers, expected real ones", where);
  tensor::Tensor result(array.shape);
  to_float32(array.dtype, false, array.bytes.data(), result.size(), result.data());
  return result;
}

Array load_npy_array(const std::filesystem::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  return read_npy_array(file->bytes(), file, path.string());
}

tensor::Tensor load_npy(const std::filesystem::path& path) {
  return read_npy(load_file(path), path.string());
}

std::string npy_header(const tensor::Shape& shape, std::string_view descr) {
  std::string sizes;
  for (const int64_t size : shape) sizes += std::to_string(size) + ", ";
  if (shape.size() > 1) sizes.resize(sizes.size() - 2);
  if (shape.size() == 1) sizes.pop_back();
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", descr, sizes);
  constexpr size_t kPrefix = 10, kAlign = 64;
  header.append(kAlign - (kPrefix + header.size() + 1) % kAlign, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return bytes + header;
}

std::string npy_of(const tensor::Tensor& tensor) {
  std::string bytes = npy_header(tensor.shape());
  return bytes.append(reinterpret_cast<const char*>(tensor.data()), tensor.values().size_bytes());
}

std::string npy_of(double value) {
  std::string bytes = npy_header({}, "<f8");
  return bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string npy_of_texts(const std::vector<std::string>& texts, bool scalar) {
  size_t longest = 1;
  for (const std::string& text : texts) longest = std::max(longest, text.size());
  const tensor::Shape shape =
      scalar ? tensor::Shape{} : tensor::Shape{static_cast<int64_t>(texts.size())};
  std::string bytes = npy_header(shape, fmt::format("<U{}", longest));
  for (const std::string& text : texts) {
    for (size_t i = 0; i < longest; ++i) {
      const char c = i < text.size() ? text[i] : '\0';
      FT_CHECK(static_cast<unsigned char>(c) < 0x80, "'{}' is not ASCII", text);
      bytes += {c, 0, 0, 0};
    }
  }
  return bytes;
}

void save_npy(const std::filesystem::path& path, const tensor::Tensor& tensor) {
  std::string bytes = npy_header(tensor.shape());
  const auto values = tensor.values();
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  save_file(path, bytes);
}

}  // namespace flowtalk::formats
