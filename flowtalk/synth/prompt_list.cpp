#include "flowtalk/synth/prompt_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/shipped.h"
#include "flowtalk/formats/gzip.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/synth/clip_names.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "flowtalk phones of recorded prompts 1";
constexpr const char* kShipped = "prompt_phones.gz";
constexpr size_t kMostPacked = size_t{1} << 23, kMostBytes = size_t{1} << 25;
// In units of 0.1 ms.
constexpr double kUnits = 1e4;
constexpr int64_t kFrame = 100, kFirst = 78, kShortest = 2000, kLongest = 200'000;

// The words of one line, apart by single spaces.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}
  bool more() const { return rest_.has_value(); }
  // Empty behind the last.
  std::string_view next() {
    if (!rest_) return {};
    const size_t space = rest_->find(' ');
    const std::string_view word = rest_->substr(0, space);
    if (space == rest_->npos) {
      rest_.reset();
    } else {
      rest_->remove_prefix(space + 1);
    }
    return word;
  }

 private:
  std::optional<std::string_view> rest_;
};

// A number of units or frames, from 1 to that of the longest prompt; 0 if it is none.
int64_t number_of(std::string_view word) {
  int64_t number = 0;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool good = code == std::errc() && end == word.data() + word.size();
  return good && number > 0 && number <= kLongest ? number : 0;
}

double seconds(int64_t units) { return static_cast<double>(units) / kUnits; }
int64_t units(double seconds) { return std::llround(seconds * kUnits); }

std::string_view name_of(const data::Phone& phone) {
  return data::kPhones[static_cast<size_t>(phone.id)];
}

// The phones of a line behind its name. where: its file and number.
std::vector<data::Phone> phones_of(Words words, const std::string& where) {
  const int64_t duration = number_of(words.next());
  if (duration < kShortest) {
    fail("{}: expected NAME DURATION PHONE ..., the duration from {} to {} units of 0.1 ms", where,
         kShortest, kLongest);
  }
  std::vector<data::Phone> phones;
  for (int64_t at = 0; at < duration;) {
    const std::string_view name = words.next();
    const auto known = std::ranges::find(data::kPhones, name);
    const int id = static_cast<int>(known - data::kPhones.begin());
    if (known == data::kPhones.end()) fail("{}: {} is no phone", where, formats::printable(name));
    if (!phones.empty() && phones.back().id == id) fail("{}: {} follows itself", where, name);
    int64_t end = duration;
    if (words.more()) {
      const int64_t frames = number_of(words.next());
      if (frames == 0) fail("{}: expected frames behind phone {}", where, phones.size() + 1);
      end = std::max(at, kFirst) + frames * kFrame;
      if (end >= duration) fail("{}: phones beyond its duration", where);
    }
    phones.push_back({seconds(at), seconds(end), id});
    at = end;
  }
  return phones;
}

void check_name(std::string_view name, const std::string& where) {
  const bool fits = !name.empty() && name_fits(std::string(name) + ".wav");
  if (!fits || !std::ranges::all_of(name, may_be_in_name)) {
    fail("{}: {} is no name of a clip; expected letters, digits, - and _", where,
         formats::printable(name));
  }
}

// The line of a prompt, without its end.
std::string line_of(const ListedPrompt& prompt) {
  std::string line = prompt.name;
  if (prompt.phones.empty()) return line;
  line += fmt::format(" {}", units(prompt.phones.back().end_s));
  int64_t at = kFirst;
  for (const data::Phone& phone : prompt.phones) {
    line += fmt::format(" {}", name_of(phone));
    if (&phone == &prompt.phones.back()) break;
    const int64_t end = units(phone.end_s);
    line += fmt::format(" {}", (end - at) / kFrame);
    at = end;
  }
  return line;
}

}  // namespace

std::vector<ListedPrompt> read_prompt_list(std::string_view text, const std::string& where) {
  std::vector<ListedPrompt> list;
  std::set<std::string_view> names;
  for (int64_t number = 1; !text.empty(); ++number) {
    const std::string here = fmt::format("{}:{}", where, number);
    const size_t end = text.find('\n');
    if (end == text.npos) fail("{}: the line is cut off; fetch the file again", here);
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (number == 1) {
      if (line != kHeader) fail("{}: expected '{}'", here, kHeader);
      continue;
    }
    Words words(line);
    const std::string_view name = words.next();
    check_name(name, here);
    if (!names.insert(name).second) fail("{}: {} is there twice", here, name);
    list.push_back({std::string(name), {}});
    if (words.more()) list.back().phones = phones_of(words, here);
  }
  if (list.empty()) fail("{}: holds no prompts; fetch the file again", where);
  return list;
}

std::string write_prompt_list(const std::vector<ListedPrompt>& list) {
  std::string text = fmt::format("{}\n", kHeader);
  for (const ListedPrompt& prompt : list) text += line_of(prompt) + "\n";
  if (read_prompt_list(text, "the list") != list) {
    fail("the list: times that are not whole frames cannot be written");
  }
  return text;
}

std::vector<ListedPrompt> load_prompt_list(const fs::path& path) {
  const std::string where = path.string();
  return read_prompt_list(formats::gunzip(load_file(path, kMostPacked), kMostBytes, where), where);
}

void save_prompt_list(const fs::path& path, const std::vector<ListedPrompt>& list) {
  make_parent_folder(path);
  save_file(path, formats::gzip(write_prompt_list(list)));
}

std::vector<ListedPrompt> load_prompt_list() {
  const auto path = find_shipped(kShipped);
  if (!path) {
    fail(
        "the phones of recorded prompts are missing: no {} in {}; set {} to a folder that holds it",
        kShipped, shipped_places(), kModelsVariable);
  }
  return load_prompt_list(*path);
}

}  // namespace flowtalk::synth
