#include "flowtalk/video/basis_lz.h"

#include <algorithm>
#include <optional>

#include "flowtalk/base/error.h"

namespace flowtalk::video {
namespace {

// By how much pixels are darker or brighter than their block's colour, of ETC1.
constexpr int kModifiers[8][4] = {{-8, -2, 2, 8},       {-17, -5, 5, 17},    {-29, -9, 9, 29},
                                  {-42, -13, 13, 42},   {-60, -18, 18, 60},  {-80, -24, 24, 80},
                                  {-106, -33, 33, 106}, {-183, -47, 47, 183}};

}  // namespace

void fail_damaged(const std::string& where, const char* what) {
  fail("{}: a damaged KTX2 picture ({}); save it anew, or as PNG", where, what);
}

uint32_t BasisBits::bits(int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++at_) {
    if (at_ / 8 >= bytes_.size()) fail_damaged(*where_, "it ends early");
    value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes_[at_ / 8]) >> (at_ % 8) & 1) << i;
  }
  return value;
}

uint32_t BasisBits::pieces(int bits_each) {
  uint32_t value = 0;
  for (int at = 0; at < 32; at += bits_each) {
    value |= bits(bits_each) << at;
    if (bits(1) == 0) return value;
  }
  fail_damaged(*where_, "a number that does not end");
}

BasisCodes::BasisCodes(const std::vector<uint8_t>& lengths, const std::string& where) {
  for (const uint8_t length : lengths) ++counts_[length];
  counts_[0] = 0;
  int64_t left = 1;
  for (int length = 1; length <= kLongest; ++length) {
    left = 2 * left - counts_[static_cast<size_t>(length)];
    if (left < 0) fail_damaged(where, "too many short codes");
  }
  std::array<uint32_t, kLongest + 2> first{};
  for (size_t length = 1; length <= kLongest; ++length) {
    first[length + 1] = first[length] + counts_[length];
  }
  symbols_.resize(first[kLongest + 1]);
  for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    if (lengths[symbol] > 0) symbols_[first[lengths[symbol]]++] = static_cast<uint32_t>(symbol);
  }
}

// The lengths are packed by codes of their own, and runs.
BasisCodes::BasisCodes(BasisBits& from) {
  constexpr std::array<size_t, 21> kOrder{17, 18, 19, 20, 0,  8, 7,  9, 6,  10, 5,
                                          11, 4,  12, 3,  13, 2, 14, 1, 15, 16};
  const uint32_t symbols = from.bits(14);
  if (symbols == 0) return;  // and nothing follows
  const uint32_t codes = from.bits(5);
  if (codes < 1 || codes > kOrder.size()) fail_damaged(from.where(), "lengths of codes");
  std::vector<uint8_t> short_lengths(kOrder.size(), 0);
  for (size_t i = 0; i < codes; ++i) short_lengths[kOrder[i]] = static_cast<uint8_t>(from.bits(3));
  const BasisCodes own(short_lengths, from.where());

  std::vector<uint8_t> lengths;
  while (lengths.size() < symbols) {
    const uint32_t code = own.next(from);
    if (code <= kLongest) {
      lengths.push_back(static_cast<uint8_t>(code));
      continue;
    }
    const bool repeats = code >= 19;
    if (repeats && (lengths.empty() || lengths.back() == 0)) {
      fail_damaged(from.where(), "a run of no code");
    }
    const uint8_t length = repeats ? lengths.back() : uint8_t{0};
    const uint32_t run = code == 17   ? 3 + from.bits(3)
                         : code == 18 ? 11 + from.bits(7)
                         : code == 19 ? 3 + from.bits(2)
                                      : 7 + from.bits(7);
    lengths.insert(lengths.end(), run, length);
  }
  if (lengths.size() != symbols) fail_damaged(from.where(), "too many codes");
  *this = BasisCodes(lengths, from.where());
}

uint32_t BasisCodes::next(BasisBits& from) const {
  uint32_t code = 0, first = 0, before = 0;
  for (size_t length = 1; length <= kLongest && !symbols_.empty(); ++length) {
    code |= from.bits(1);
    if (code < first + counts_[length]) return symbols_[before + code - first];
    before += counts_[length];
    first = (first + counts_[length]) << 1;
    code <<= 1;
  }
  fail_damaged(from.where(), "no code");
}

BasisLz::BasisLz(const Parts& parts, const std::string& where)
    : where_(where),
      endpoints_(read_endpoints(parts)),
      selectors_(read_selectors(parts)),
      tables_(read_tables(parts)) {}

BasisLz::Tables BasisLz::read_tables(const Parts& parts) const {
  BasisBits from(parts.table_bytes, where_);
  return {BasisCodes(from), BasisCodes(from), BasisCodes(from), BasisCodes(from), from.bits(13)};
}

// Differences, by one of three codes that the colour before chooses.
std::vector<BasisLz::Endpoint> BasisLz::read_endpoints(const Parts& parts) const {
  BasisBits from(parts.endpoint_bytes, where_);
  const std::array colours{BasisCodes(from), BasisCodes(from), BasisCodes(from)};
  const BasisCodes brightness(from);
  const bool grey = from.bits(1) == 1;
  std::vector<Endpoint> endpoints;
  Endpoint now{0, {16, 16, 16}};
  for (size_t i = 0; i < parts.endpoints; ++i) {
    now.brightness = static_cast<uint8_t>((now.brightness + brightness.next(from)) & 7);
    for (size_t c = 0; c < (grey ? 1 : 3); ++c) {
      const size_t which = now.colour[c] <= 9 ? 0 : now.colour[c] <= 21 ? 1 : 2;
      now.colour[c] = static_cast<uint8_t>((now.colour[c] + colours[which].next(from)) & 31);
    }
    if (grey) now.colour[1] = now.colour[2] = now.colour[0];
    endpoints.push_back(now);
  }
  return endpoints;
}

std::vector<BasisLz::Selector> BasisLz::read_selectors(const Parts& parts) const {
  BasisBits from(parts.selector_bytes, where_);
  if (from.bits(2) != 0) fail_damaged(where_, "selectors of another kind");
  const bool raw = from.bits(1) == 1;
  std::vector<Selector> selectors;
  std::optional<BasisCodes> changes;
  if (!raw) changes.emplace(from);
  for (size_t i = 0; i < parts.selectors; ++i) {
    Selector now{};
    for (size_t row = 0; row < now.size(); ++row) {
      const bool whole = raw || i == 0;
      now[row] =
          static_cast<uint8_t>(whole ? from.bits(8) : changes->next(from) ^ selectors[i - 1][row]);
    }
    selectors.push_back(now);
  }
  return selectors;
}

// The blocks of a slice, in their order.
class BasisLz::Slice {
 public:
  Slice(const BasisLz& of, std::string_view bytes, size_t across)
      : of_(of), from_(bytes, of.where_), below_(across / 2 + 1), history_(of.tables_.history) {
    for (auto& row : rows_) row.resize(across);
  }

  Block next(size_t x, size_t y) {
    if (x % 2 == 0) predictions_ = y % 2 == 0 ? four_predictions(x) : below_[x / 2];
    const uint32_t how = predictions_ & 3;
    predictions_ >>= 2;
    last_ = endpoint(how, x, y);
    rows_[y % 2][x] = last_;
    return {last_, selector()};
  }

 private:
  [[noreturn]] void fail_outside() const { fail_damaged(of_.where_, "a block outside"); }

  // How the endpoints of two by two blocks follow from others, 2 bits each; runs repeat the last.
  uint32_t four_predictions(size_t x) {
    constexpr uint32_t kRepeat = 256, kLeastRepeats = 3;
    if (repeats_ > 0) {
      --repeats_;
    } else if (const uint32_t symbol = of_.tables_.predictions.next(from_); symbol == kRepeat) {
      repeats_ = uint64_t{from_.pieces(4)} + kLeastRepeats - 1;
    } else {
      four_ = symbol;
    }
    below_[x / 2] = four_ >> 4 & 15;
    return four_;
  }

  uint32_t endpoint(uint32_t how, size_t x, size_t y) {
    constexpr uint32_t kLeft = 0, kAbove = 1, kAboveLeft = 2;
    const auto& above = rows_[(y + 1) % 2];
    if ((how == kLeft && x == 0) || (how == kAbove && y == 0) ||
        (how == kAboveLeft && (x == 0 || y == 0))) {
      fail_outside();
    }
    if (how == kLeft) return last_;
    if (how == kAbove) return above[x];
    if (how == kAboveLeft) return above[x - 1];
    const auto count = static_cast<uint32_t>(of_.endpoints_.size());
    const uint32_t index = last_ + of_.tables_.steps.next(from_);
    const uint32_t wrapped = index >= count ? index - count : index;
    if (wrapped >= count) fail_outside();
    return wrapped;
  }

  // One of the list, one of those that were used lately, or a run of the latest.
  uint32_t selector() {
    const auto count = static_cast<uint32_t>(of_.selectors_.size());
    uint32_t symbol = count;
    if (run_ > 0) {
      --run_;
    } else {
      symbol = of_.tables_.choices.next(from_);
      if (symbol == count + history_.size()) {
        symbol = count;
        run_ = run() - 1;
      }
    }
    const uint32_t chosen = symbol < count ? remember(symbol) : remembered(symbol - count);
    if (chosen >= count) fail_outside();
    return chosen;
  }
  uint64_t run() {
    constexpr uint32_t kLong = 63, kLeast = 3;
    const uint32_t symbol = of_.tables_.runs.next(from_);
    return uint64_t{symbol == kLong ? from_.pieces(7) : symbol} + kLeast;
  }
  // New ones go round in the second half, those that are used move to the front.
  uint32_t remember(uint32_t selector) {
    if (history_.empty()) return selector;
    if (newest_ < history_.size() / 2 || newest_ == history_.size()) newest_ = history_.size() / 2;
    history_[newest_++] = selector;
    return selector;
  }
  uint32_t remembered(size_t place) {
    if (place >= history_.size()) fail_outside();
    const uint32_t selector = history_[place];
    std::swap(history_[place / 2], history_[place]);
    return selector;
  }

  const BasisLz& of_;
  BasisBits from_;
  std::array<std::vector<uint32_t>, 2> rows_;  // endpoints of this row of blocks and of the last
  std::vector<uint32_t> below_;                // predictions for the row below
  std::vector<uint32_t> history_;
  size_t newest_ = 0;  // where the next one goes
  uint32_t predictions_ = 0, four_ = 0, last_ = 0;
  uint64_t repeats_ = 0, run_ = 0;
};

std::vector<uint8_t> BasisLz::pixels(std::string_view bytes, size_t width, size_t height) const {
  constexpr size_t kEdge = 4;
  const size_t across = (width + kEdge - 1) / kEdge, down = (height + kEdge - 1) / kEdge;
  std::vector<uint8_t> out(3 * width * height);
  Slice slice(*this, bytes, across);
  for (size_t y = 0; y < down; ++y) {
    for (size_t x = 0; x < across; ++x) {
      const Block block = slice.next(x, y);
      const Endpoint& endpoint = endpoints_.at(block.endpoint);
      const Selector& selector = selectors_.at(block.selector);
      for (size_t v = 0; v < std::min(kEdge, height - kEdge * y); ++v) {
        for (size_t u = 0; u < std::min(kEdge, width - kEdge * x); ++u) {
          const int more = kModifiers[endpoint.brightness][selector[v] >> (2 * u) & 3];
          uint8_t* pixel = &out[3 * ((kEdge * y + v) * width + kEdge * x + u)];
          for (size_t c = 0; c < 3; ++c) {
            const int colour = endpoint.colour[c] << 3 | endpoint.colour[c] >> 2;
            pixel[c] = static_cast<uint8_t>(std::clamp(colour + more, 0, 255));
          }
        }
      }
    }
  }
  return out;
}

}  // namespace flowtalk::video
