#include "flowtalk/prior/quantiser.h"

#include <cmath>

namespace flowtalk::prior {
namespace {

// Calls f(first of the row) for each row of (R, codes).
template <class F>
std::vector<int64_t> each_row(std::span<const float> values, int64_t codes, const F& f) {
  FT_CHECK(codes > 0 && values.size() % static_cast<size_t>(codes) == 0, "{} values, {} codes",
           values.size(), codes);
  std::vector<int64_t> chosen;
  for (size_t at = 0; at < values.size(); at += static_cast<size_t>(codes)) {
    chosen.push_back(f(values.subspan(at, static_cast<size_t>(codes))));
  }
  return chosen;
}

}  // namespace

std::string text_of(RowsOf rows) { return rows == RowsOf::kFrame ? "frame" : "time"; }

void from_text(const std::string& word, RowsOf& rows) {
  if (word != "frame" && word != "time") {
    fail("unknown rows '{}'{}; expected frame or time", word,
         did_you_mean(word, {"frame", "time"}));
  }
  rows = word == "frame" ? RowsOf::kFrame : RowsOf::kTime;
}

std::vector<int64_t> least_of_rows(std::span<const float> values, int64_t codes) {
  return each_row(values, codes, [](std::span<const float> row) {
    size_t least = 0;
    for (size_t i = 1; i < row.size(); ++i) {
      if (row[i] < row[least]) least = i;
    }
    return static_cast<int64_t>(least);
  });
}

std::vector<int64_t> drawn_from_rows(std::span<const float> probabilities, int64_t codes,
                                     std::span<const float> uniforms) {
  FT_CHECK(uniforms.size() * static_cast<size_t>(codes) == probabilities.size(),
           "{} uniforms for {} probabilities of {} codes", uniforms.size(), probabilities.size(),
           codes);
  auto uniform = uniforms.begin();
  return each_row(probabilities, codes, [&](std::span<const float> row) {
    const auto u = static_cast<double>(*uniform++);
    double sum = 0;
    size_t likely = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      sum += static_cast<double>(row[i]);
      if (row[i] > 0) likely = i;
      if (sum > u) break;
    }
    return static_cast<int64_t>(likely);
  });
}

std::vector<int64_t> usage_of(std::span<const int64_t> codes, int64_t count) {
  std::vector<int64_t> usage(static_cast<size_t>(count), 0);
  for (const int64_t code : codes) {
    FT_CHECK(code >= 0 && code < count, "code {} of {}", code, count);
    ++usage[static_cast<size_t>(code)];
  }
  return usage;
}

double perplexity_of(std::span<const int64_t> usage) {
  double total = 0, entropy = 0;
  for (const int64_t n : usage) total += static_cast<double>(n);
  if (total == 0) return 0;
  for (const int64_t n : usage) {
    const double share = static_cast<double>(n) / total;
    if (n > 0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

}  // namespace flowtalk::prior
