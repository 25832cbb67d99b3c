#include "flowtalk/formats/obj.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

constexpr std::string_view kBlanks = " \t";

// Takes the first word off a line.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

// Also with a plus before it.
template <class T>
bool reads(std::string_view word, T& value) {
  if (word.starts_with('+')) word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

class Reader {
 public:
  explicit Reader(const std::string& where) : where_(where) {}

  void read(std::string_view bytes) {
    constexpr std::string_view kMark = "\xef\xbb\xbf";  // of UTF-8
    if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
    std::string joined;  // of lines that end in a backslash
    while (!bytes.empty()) {
      const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
      std::string_view line = bytes.substr(0, end);
      const bool two = bytes.substr(end).starts_with("\r\n");
      bytes.remove_prefix(std::min(end + (two ? 2 : 1), bytes.size()));
      ++number_;
      line = line.substr(0, line.find('#'));
      const bool goes_on = line.ends_with('\\');
      if (goes_on) line.remove_suffix(1);
      if (!goes_on && joined.empty()) {
        read_line(line);
        continue;
      }
      joined.append(line).append(" ");
      if (goes_on && !bytes.empty()) continue;
      read_line(joined);
      joined.clear();
    }
  }
  ObjMesh mesh() const {
    const auto count = static_cast<int64_t>(vertices_.size() / 3);
    if (count == 0) fail("{}: has no vertices", where_);
    for (size_t i = 0; i < corners_.size(); ++i) {
      if (corners_[i] < count) continue;
      fail("{}: a face names vertex {} of {}", where_, corners_[i] + 1, count);
    }
    return {make_array<float>({count, 3}, vertices_),
            make_array<uint32_t>({static_cast<int64_t>(corners_.size() / 3), 3}, corners_)};
  }

 private:
  [[noreturn]] void refuse(std::string_view what, std::string_view word) const {
    fail("{}: line {}: expected {}, got {}", where_, number_, what, printable(word));
  }
  void read_line(std::string_view line) {
    const std::string_view statement = take_word(line);
    if (statement == "v") read_vertex(line);
    if (statement == "f") read_face(line);
  }
  void read_vertex(std::string_view line) {
    for (int k = 0; k < 3; ++k) {
      const std::string_view word = take_word(line);
      if (word.empty()) refuse("the three coordinates of a vertex", fmt::format("{}", k));
      double value = 0;
      if (!reads(word, value)) refuse("the three coordinates of a vertex", word);
      vertices_.push_back(static_cast<float>(value));
    }
  }
  // "7", "7/1", "7//3", "7/1/3" count from 1; -1 is the last vertex so far.
  int64_t corner(std::string_view word) const {
    int64_t index = 0;
    if (!reads(word.substr(0, word.find('/')), index) || index == 0) {
      refuse("the number of a vertex", word);
    }
    const auto so_far = static_cast<int64_t>(vertices_.size() / 3);
    const int64_t from_zero = index > 0 ? index - 1 : so_far + index;
    if (from_zero < 0 || from_zero > kMostVertices) refuse("the number of a vertex", word);
    return from_zero;
  }
  void read_face(std::string_view line) {
    std::vector<uint32_t> polygon;
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
      polygon.push_back(static_cast<uint32_t>(corner(word)));
    }
    if (polygon.size() < 3) {
      refuse("three corners of a face or more", fmt::format("{}", polygon.size()));
    }
    for (size_t i = 2; i < polygon.size(); ++i) {
      corners_.insert(corners_.end(), {polygon[0], polygon[i - 1], polygon[i]});
    }
  }

  static constexpr int64_t kMostVertices = int64_t{1} << 31;
  const std::string& where_;
  int64_t number_ = 0;
  std::vector<float> vertices_;
  std::vector<uint32_t> corners_;
};

}  // namespace

ObjMesh read_obj(std::string_view bytes, const std::string& where) {
  Reader reader(where);
  reader.read(bytes);
  return reader.mesh();
}

ObjMesh load_obj(const std::filesystem::path& path) {
  const MappedFile file(path);
  return read_obj(file.bytes(), path.string());
}

}  // namespace flowtalk::formats
