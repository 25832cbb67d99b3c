#include "flowtalk/formats/describe.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/formats/element_types.h"

namespace flowtalk::formats {
namespace {

constexpr int64_t kExactInteger = int64_t{1} << 53;

// A sum in double precision that does not lose the small terms (Neumaier 1974).
class Sum {
 public:
  void add(double x) {
    const double total = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - total) + x : (x - total) + sum_;
    sum_ = total;
  }
  double value() const { return std::isfinite(sum_) ? sum_ + lost_ : sum_; }

 private:
  double sum_ = 0, lost_ = 0;
};

// 128 bits hold the sum of any integers that fit in memory.
using Wide = __int128;

Json wide_number(Wide value) {
  if (value >= -kExactInteger && value <= kExactInteger) return static_cast<int64_t>(value);
  std::string digits;
  for (Wide rest = value; rest != 0; rest /= 10) {
    const auto digit = static_cast<int>(rest % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (value < 0) digits += '-';
  return std::string(digits.rbegin(), digits.rend());
}

template <class T>
Json element_json(T value) {
  if constexpr (is_complex_type<T>) {
    return Json::array({json_number(static_cast<double>(value.real())),
                        json_number(static_cast<double>(value.imag()))});
  } else if constexpr (std::is_same_v<T, Boolean>) {
    return value.bits != 0;
  } else if constexpr (std::is_integral_v<T>) {
    return wide_number(static_cast<Wide>(value));
  } else {
    return json_number(static_cast<double>(number_of(value)));
  }
}

template <class T>
void add_whole_statistics(const Array& array, Json& out) {
  const char* bytes = array.bytes.data();
  Wide sum = 0, abs_sum = 0, low = 0, high = 0;
  const int64_t count = array.size();
  for (int64_t i = 0; i < count; ++i, bytes += sizeof(T)) {
    const Wide value = number_of(read_element<T>(bytes));
    low = i == 0 ? value : std::min(low, value);
    high = i == 0 ? value : std::max(high, value);
    sum += value;
    abs_sum += value < 0 ? -value : value;
  }
  if (count == 0) return;
  out["min"] = wide_number(low);
  out["max"] = wide_number(high);
  out["mean"] = static_cast<double>(sum) / static_cast<double>(count);
  out["sum"] = wide_number(sum);
  out["abs_sum"] = wide_number(abs_sum);
}

template <class T>
void add_float_statistics(const Array& array, Json& out) {
  const char* bytes = array.bytes.data();
  Sum sum, abs_sum;
  double low = INFINITY, high = -INFINITY;
  int64_t finite = 0, nan = 0;
  const int64_t count = array.size();
  for (int64_t i = 0; i < count; ++i, bytes += sizeof(T)) {
    const auto value = static_cast<double>(number_of(read_element<T>(bytes)));
    if (!std::isfinite(value)) {
      nan += std::isnan(value);
      continue;
    }
    ++finite;
    low = std::min(low, value);
    high = std::max(high, value);
    sum.add(value);
    abs_sum.add(std::abs(value));
  }
  out["nan"] = nan;
  out["infinite"] = count - finite - nan;
  if (finite == 0) return;
  out["min"] = low;
  out["max"] = high;
  out["mean"] = json_number(sum.value() / static_cast<double>(finite));
  out["sum"] = json_number(sum.value());
  out["abs_sum"] = json_number(abs_sum.value());
}

void count_complex(const Array& array, Json& out) {
  int64_t nan = 0, infinite = 0;
  for (int64_t i = 0; i < array.size(); ++i) {
    const double real = array.real(i), imaginary = array.imaginary(i);
    if (std::isnan(real) || std::isnan(imaginary)) {
      ++nan;
    } else if (std::isinf(real) || std::isinf(imaginary)) {
      ++infinite;
    }
  }
  out["nan"] = nan;
  out["infinite"] = infinite;
}

}  // namespace

Json json_number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return value;
}

Json json_number(int64_t value) { return wide_number(static_cast<Wide>(value)); }

Json json_number(uint64_t value) { return wide_number(static_cast<Wide>(value)); }

Json describe_array(const std::string& name, const Array& array, int64_t listed_values) {
  Json out = {{"name", name},         {"dtype", numpy_name_of(array.dtype)},
              {"shape", array.shape}, {"nan", 0},
              {"infinite", 0},        {"min", nullptr},
              {"max", nullptr},       {"mean", nullptr},
              {"sum", nullptr},       {"abs_sum", nullptr}};
  visit_dtype(array.dtype, [&]<class T>(T) {
    if constexpr (is_complex_type<T>) {
      count_complex(array, out);
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, Boolean>) {
      add_whole_statistics<T>(array, out);
    } else {
      add_float_statistics<T>(array, out);
    }
    if (array.size() > listed_values) return;
    Json& values = out["values"] = Json::array();
    for (size_t at = 0; at < array.bytes.size(); at += sizeof(T)) {
      values.push_back(element_json(read_element<T>(array.bytes.data() + at)));
    }
  });
  return out;
}

}  // namespace flowtalk::formats
