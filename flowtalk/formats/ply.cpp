#include "flowtalk/formats/ply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element_types.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

struct Property {
  std::string name;
  Dtype type = Dtype::kF32;
  std::optional<Dtype> count;  // of a list: the type of its length
};
struct Element {
  std::string name;
  int64_t rows = 0;
  std::vector<Property> properties;
};
struct Header {
  std::string encoding;
  std::vector<Element> elements;
};

std::optional<Dtype> type_of(std::string_view name) {
  static const std::map<std::string, Dtype, std::less<>> kTypes = {
      {"char", Dtype::kI8},    {"int8", Dtype::kI8},     {"uchar", Dtype::kU8},
      {"uint8", Dtype::kU8},   {"short", Dtype::kI16},   {"int16", Dtype::kI16},
      {"ushort", Dtype::kU16}, {"uint16", Dtype::kU16},  {"int", Dtype::kI32},
      {"int32", Dtype::kI32},  {"uint", Dtype::kU32},    {"uint32", Dtype::kU32},
      {"float", Dtype::kF32},  {"float32", Dtype::kF32}, {"double", Dtype::kF64},
      {"float64", Dtype::kF64}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const size_t begin = line.find_first_not_of(kBlanks);
    if (begin == line.npos) return words;
    line.remove_prefix(begin);
    const size_t end = std::min(line.find_first_of(kBlanks), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// Takes the header off the front of `bytes`.
class HeaderReader {
 public:
  HeaderReader(std::string_view& bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Header read() {
    if (line() != "ply") fail("{}: not a PLY file (it does not start as one)", where_);
    Header header;
    while (true) {
      const std::string text = line();
      const auto words = words_of(text);
      if (words.empty() || words[0] == "comment" || words[0] == "obj_info") continue;
      if (words[0] == "end_header") break;
      if (words[0] == "format" && words.size() == 3) {
        header.encoding = words[1];
      } else if (words[0] == "element" && words.size() == 3) {
        header.elements.push_back({words[1], rows(words[2]), {}});
      } else if (words[0] == "property" && !header.elements.empty()) {
        header.elements.back().properties.push_back(property(words));
      } else {
        refuse(text);
      }
    }
    constexpr std::string_view kEncodings[] = {"ascii", "binary_little_endian",
                                               "binary_big_endian"};
    if (std::find(std::begin(kEncodings), std::end(kEncodings), header.encoding) ==
        std::end(kEncodings)) {
      refuse("format " + header.encoding);
    }
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& text) const {
    fail("{}: not a valid PLY header: {}", where_, printable(text));
  }
  std::string line() {
    const size_t end = bytes_.find('\n');
    if (end == bytes_.npos) fail("{}: cut off within the PLY header", where_);
    std::string text(bytes_.substr(0, end));
    if (text.ends_with('\r')) text.pop_back();
    bytes_.remove_prefix(end + 1);
    return text;
  }
  int64_t rows(const std::string& word) const {
    int64_t value = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value < 0) refuse(word);
    return value;
  }
  Property property(const std::vector<std::string>& words) const {
    const bool list = words.size() == 5 && words[1] == "list";
    if (!list && words.size() != 3) refuse(words[0]);
    const auto type = type_of(words[list ? 3 : 1]);
    const auto count = list ? type_of(words[2]) : std::nullopt;
    if (!type || (list && (!count || !is_whole(*count)))) refuse(words[list ? 3 : 1]);
    return {words.back(), *type, count};
  }

  std::string_view& bytes_;
  const std::string& where_;
};

// The numbers after the header, one by one. All of PLY's types are exact as doubles.
class Numbers {
 public:
  Numbers(std::string_view bytes, const std::string& encoding, const std::string& where)
      : bytes_(bytes),
        text_(encoding == "ascii"),
        big_(encoding == "binary_big_endian"),
        where_(where) {}

  double next(Dtype type) { return text_ ? next_word() : next_binary(type); }
  // Fewest bytes that `count` numbers take: a check before memory is taken for them.
  bool has_room(int64_t count, Dtype type) const {
    const size_t size = text_ ? 1 : element_size(type);
    return static_cast<size_t>(count) <= bytes_.size() / size;
  }
  bool at_end() const { return bytes_.empty() || (text_ && words_of(bytes_).empty()); }
  [[noreturn]] void cut_off() const { fail("{}: cut off within its numbers", where_); }

 private:
  double next_binary(Dtype type) {
    const size_t size = element_size(type);
    if (bytes_.size() < size) cut_off();
    std::array<char, 8> raw{};
    std::copy_n(bytes_.begin(), size, raw.begin());
    if (big_) std::reverse(raw.begin(), raw.begin() + static_cast<int64_t>(size));
    bytes_.remove_prefix(size);
    return visit_dtype(type, [&]<class T>(T) -> double {
      if constexpr (sizeof(T) <= 8 && !is_complex_type<T>) {
        return static_cast<double>(number_of(read_element<T>(raw.data())));
      } else {
        return 0;
      }
    });
  }
  double next_word() {
    const size_t begin = bytes_.find_first_not_of(kBlanks);
    if (begin == bytes_.npos) cut_off();
    bytes_.remove_prefix(begin);
    const size_t size = std::min(bytes_.find_first_of(kBlanks), bytes_.size());
    double value = 0;
    const auto [end, error] = std::from_chars(bytes_.data(), bytes_.data() + size, value);
    if (error != std::errc() || end != bytes_.data() + size) {
      fail("{}: expected a number, got {}", where_, printable(bytes_.substr(0, size)));
    }
    bytes_.remove_prefix(size);
    return value;
  }

  std::string_view bytes_;
  bool text_, big_;
  const std::string& where_;
};

struct Mesh {
  std::vector<double> vertices;
  std::vector<uint32_t> triangles;
  Dtype type = Dtype::kF32;
};

bool is_corner_list(const Element& element, const Property& property) {
  return element.name == "face" &&
         (property.name == "vertex_indices" || property.name == "vertex_index");
}

void read_list(Numbers& numbers, const Property& property, bool corners, Mesh& mesh,
               const std::string& where) {
  const double count = numbers.next(*property.count);
  if (corners && count != 3) fail("{}: a face of {} corners, expected triangles", where, count);
  if (!(count >= 0) || count > 0x1p31) fail("{}: a list of {} numbers", where, count);
  for (double i = 0; i < count; ++i) {
    const double value = numbers.next(property.type);
    if (!corners) continue;
    if (!(value >= 0) || value >= 0x1p32 || value != static_cast<double>(uint32_t(value))) {
      fail("{}: a face names vertex {}", where, value);
    }
    mesh.triangles.push_back(static_cast<uint32_t>(value));
  }
}

void read_element(Numbers& numbers, const Element& element, Mesh& mesh, const std::string& where) {
  const bool vertex = element.name == "vertex";
  const auto axis_of = [](const std::string& name) {
    return name == "x" ? 0 : name == "y" ? 1 : name == "z" ? 2 : -1;
  };
  std::vector<int> found;
  size_t row_numbers = 0;
  for (const Property& p : element.properties) {
    ++row_numbers;
    if (!vertex || p.count || axis_of(p.name) < 0) continue;
    found.push_back(axis_of(p.name));
    if (p.type == Dtype::kF64) mesh.type = Dtype::kF64;
  }
  std::sort(found.begin(), found.end());
  if (vertex && found != std::vector<int>{0, 1, 2})
    fail("{}: its vertices have no x, y and z", where);
  if (row_numbers == 0 && element.rows > 0) fail("{}: an element without properties", where);
  if (!numbers.has_room(element.rows, Dtype::kU8)) numbers.cut_off();
  if (vertex) mesh.vertices.resize(3 * static_cast<size_t>(element.rows));
  for (int64_t row = 0; row < element.rows; ++row) {
    for (const Property& p : element.properties) {
      if (p.count) {
        read_list(numbers, p, is_corner_list(element, p), mesh, where);
        continue;
      }
      const double value = numbers.next(p.type);
      const int axis = vertex ? axis_of(p.name) : -1;
      if (axis >= 0) mesh.vertices[static_cast<size_t>(3 * row + axis)] = value;
    }
  }
}

}  // namespace

PlyMesh read_ply(std::string_view bytes, const std::string& where) {
  const Header header = HeaderReader(bytes, where).read();
  Numbers numbers(bytes, header.encoding, where);
  Mesh mesh;
  for (const Element& element : header.elements) read_element(numbers, element, mesh, where);
  if (!numbers.at_end()) fail("{}: bytes are left over after its elements", where);
  const auto count = static_cast<int64_t>(mesh.vertices.size() / 3);
  if (count == 0) fail("{}: has no vertices", where);
  for (const uint32_t corner : mesh.triangles) {
    if (corner >= count) fail("{}: a face names vertex {} of {}", where, corner, count);
  }
  const std::vector<float> narrow(mesh.vertices.begin(), mesh.vertices.end());
  return {
      header.encoding,
      mesh.type == Dtype::kF64 ? make_array<double>({count, 3}, mesh.vertices)
                               : make_array<float>({count, 3}, narrow),
      make_array<uint32_t>({static_cast<int64_t>(mesh.triangles.size() / 3), 3}, mesh.triangles)};
}

PlyMesh load_ply(const std::filesystem::path& path) {
  const MappedFile file(path);
  return read_ply(file.bytes(), path.string());
}

}  // namespace flowtalk::formats
