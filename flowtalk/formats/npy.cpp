#include "flowtalk/formats/npy.h"

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

}  // namespace

Array read_npy_array(std::string_view bytes, std::shared_ptr<const void> owner,
                     const std::string& where) {
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
  const Header header = HeaderParser(bytes.substr(start, length), where).parse();
  const std::string_view data = bytes.substr(start + length);
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

std::string npy_header(const tensor::Shape& shape) {
  std::string sizes;
  for (const int64_t size : shape) sizes += std::to_string(size) + ", ";
  if (shape.size() > 1) sizes.resize(sizes.size() - 2);
  if (shape.size() == 1) sizes.pop_back();
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes);
  constexpr size_t kPrefix = 10, kAlign = 64;
  header.append(kAlign - (kPrefix + header.size() + 1) % kAlign, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return bytes + header;
}

void save_npy(const std::filesystem::path& path, const tensor::Tensor& tensor) {
  std::string bytes = npy_header(tensor.shape());
  const auto values = tensor.values();
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  save_file(path, bytes);
}

}  // namespace flowtalk::formats
