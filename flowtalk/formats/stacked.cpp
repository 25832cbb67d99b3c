#include "flowtalk/formats/stacked.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

// One name in all frames.
struct Column {
  std::string name, where;
  std::vector<NamedArray> parts;
  std::string missing;  // where the first frame without it is
};

// Copies an array's elements behind others, as they are or as float64.
void append(const Array& array, Dtype dtype, std::string& bytes) {
  if (array.dtype == dtype) {
    bytes.append(array.bytes);
    return;
  }
  for (int64_t i = 0; i < array.size(); ++i) {
    const double value = array.real(i);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
}

// Texts that differ are shown as they are to whoever reads them.
std::optional<std::string> text_of(const Column& column) {
  const auto first = column.parts.front().text();
  if (!first || !column.missing.empty()) return std::nullopt;
  for (const NamedArray& part : column.parts) {
    const auto other = part.text();
    if (other && *other != *first) return *first + ", " + *other;
  }
  return first;
}

Array load_of(const Column& column, size_t most_bytes) {
  if (!column.missing.empty()) {
    fail("{}: has no array {}, which other frames have; fill it in, or cut the frame off",
         column.missing, printable(column.name));
  }
  std::vector<Array> arrays;
  std::vector<std::string> wheres;
  size_t bytes = 0;
  for (const NamedArray& part : column.parts) {
    arrays.push_back(part.load());
    wheres.push_back(part.where);
    bytes += arrays.back().bytes.size();
    if (bytes > most_bytes) break;  // stack refuses them
  }
  return stack(arrays, wheres, most_bytes);
}

// The frames' arrays by name, in the order in which the names come.
std::vector<Column> columns_of(const std::vector<Frame>& frames, const std::string& where) {
  std::vector<Column> columns;
  std::map<std::string, size_t> at;
  for (size_t t = 0; t < frames.size(); ++t) {
    for (const NamedArray& array : frames[t].arrays) {
      const auto [found, fresh] = at.try_emplace(array.name, columns.size());
      if (fresh) {
        const bool named = !array.name.empty();
        columns.push_back({array.name,
                           named ? fmt::format("{}: {}", where, printable(array.name)) : where,
                           {},
                           t > 0 ? frames[0].where : ""});
      }
      columns[found->second].parts.push_back(array);
    }
    for (Column& column : columns) {
      if (column.parts.size() != t + 1 && column.missing.empty()) column.missing = frames[t].where;
    }
  }
  return columns;
}

}  // namespace

Array stack(const std::vector<Array>& arrays, const std::vector<std::string>& wheres,
            size_t most_bytes) {
  FT_CHECK(!arrays.empty() && arrays.size() == wheres.size(), "{} arrays", arrays.size());
  const Array& first = arrays.front();
  Dtype dtype = first.dtype;
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].shape != first.shape) {
      fail("{}: has the shape {}, the first frame has {}; all must have the same", wheres[i],
           tensor::to_string(arrays[i].shape), tensor::to_string(first.shape));
    }
    if (arrays[i].dtype != dtype) dtype = Dtype::kF64;
  }
  if (static_cast<size_t>(first.size()) * element_size(dtype) > most_bytes / arrays.size()) {
    fail("{}: its frames take far more memory than the file; it is damaged or hostile",
         wheres.front());
  }
  auto bytes = std::make_shared<std::string>();
  bytes->reserve(static_cast<size_t>(first.size()) * element_size(dtype) * arrays.size());
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].dtype != dtype && is_complex(arrays[i].dtype)) {
      fail("{}: holds complex numbers, the first frame does not", wheres[i]);
    }
    append(arrays[i], dtype, *bytes);
  }
  tensor::Shape shape = {static_cast<int64_t>(arrays.size())};
  shape.insert(shape.end(), first.shape.begin(), first.shape.end());
  return {dtype, std::move(shape), *bytes, bytes};
}

std::vector<NamedArray> stacked(const std::vector<Frame>& frames, const std::string& where,
                                size_t most_bytes) {
  std::vector<NamedArray> arrays;
  for (Column& column : columns_of(frames, where)) {
    const auto shared = std::make_shared<const Column>(std::move(column));
    arrays.push_back({shared->name, shared->where,
                      [shared, most_bytes] { return load_of(*shared, most_bytes); },
                      [shared] { return text_of(*shared); }});
  }
  return arrays;
}

}  // namespace flowtalk::formats
