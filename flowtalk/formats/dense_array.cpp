// One array from the forms in which models keep arrays.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/value.h"

namespace flowtalk::formats {
namespace {

constexpr int kMostWrappers = 4;                      // chumpy objects around an array
constexpr size_t kMostSparseBytes = size_t{1} << 26;  // a sparse matrix may claim any shape

enum class SparseForm { kColumns, kRows, kPairs };

std::optional<SparseForm> sparse_form(const Value& value) {
  if (!value.is(Value::Kind::kRecord) || !value.module().starts_with("scipy.sparse.")) {
    return std::nullopt;
  }
  const std::string name = value.name();
  if (name.starts_with("csc_")) return SparseForm::kColumns;
  if (name.starts_with("csr_")) return SparseForm::kRows;
  if (name.starts_with("coo_")) return SparseForm::kPairs;
  return std::nullopt;
}

// Adds values into a dense matrix; positions are checked.
struct DenseMatrix {
  int64_t rows, columns;
  std::vector<double> values;
  const std::string& where;

  void add(int64_t row, int64_t column, double value) {
    if (row < 0 || row >= rows || column < 0 || column >= columns) {
      fail("{}: an element of the sparse matrix lies outside of ({}, {})", where, rows, columns);
    }
    values[static_cast<size_t>(row * columns + column)] += value;
  }
};

std::vector<int64_t> indices(const Value& matrix, const char* key, const std::string& where) {
  return to_int64(matrix.at(key).array(), fmt::format("{} ({})", where, key));
}

// Values of column (or row) `i` stand from starts[i] to starts[i + 1].
void add_compressed(DenseMatrix& dense, const Value& matrix, const std::vector<double>& data,
                    bool columns) {
  const std::string& where = dense.where;
  const auto inner = indices(matrix, "indices", where), starts = indices(matrix, "indptr", where);
  const int64_t lines = columns ? dense.columns : dense.rows;
  const auto size = static_cast<int64_t>(data.size());
  if (static_cast<int64_t>(starts.size()) != lines + 1 || starts[0] != 0 ||
      !std::ranges::is_sorted(starts) || starts.back() > size || inner.size() != data.size()) {
    fail("{}: the index of the sparse matrix does not fit its {} values", where, size);
  }
  for (int64_t line = 0; line < lines; ++line) {
    const auto begin = static_cast<size_t>(starts[static_cast<size_t>(line)]);
    const auto end = static_cast<size_t>(starts[static_cast<size_t>(line) + 1]);
    for (size_t i = begin; i < end; ++i) {
      if (columns) {
        dense.add(inner[i], line, data[i]);
      } else {
        dense.add(line, inner[i], data[i]);
      }
    }
  }
}

Array dense_matrix(const Value& matrix, SparseForm form, const std::string& where) {
  const auto stated = matrix.find("_shape");
  const Value shape = stated ? *stated : matrix.at("shape");
  if (!shape.is(Value::Kind::kTuple) || shape.size() != 2) {
    fail("{}: expected the shape of a matrix, got {}", where, shape.describe());
  }
  const tensor::Shape sizes = {shape.item(0).integer(), shape.item(1).integer()};
  const auto count = checked_count(sizes, sizeof(double), kMostSparseBytes);
  if (!count) {
    fail("{}: a sparse matrix {} is too large", where, tensor::to_string(sizes));
  }
  const Array& stored = matrix.at("data").array();
  const std::vector<double> data = to_double(stored, where);
  DenseMatrix dense{sizes[0], sizes[1], std::vector<double>(static_cast<size_t>(*count)), where};
  if (form == SparseForm::kPairs) {
    const auto rows = indices(matrix, "row", where), columns = indices(matrix, "col", where);
    if (rows.size() != data.size() || columns.size() != data.size()) {
      fail("{}: the index of the sparse matrix does not fit its {} values", where, data.size());
    }
    for (size_t i = 0; i < data.size(); ++i) dense.add(rows[i], columns[i], data[i]);
  } else {
    add_compressed(dense, matrix, data, form == SparseForm::kColumns);
  }
  if (stored.dtype != Dtype::kF32) return make_array(sizes, dense.values);
  return make_array(sizes, std::vector<float>(dense.values.begin(), dense.values.end()));
}

}  // namespace

Array dense_array(const Value& value, const std::string& where) {
  Value inner = value;
  for (int i = 0; i < kMostWrappers && inner.is_record("chumpy.ch", "Ch"); ++i) {
    inner = inner.at("x");
  }
  if (inner.is(Value::Kind::kArray)) return inner.array();
  if (const auto form = sparse_form(inner)) return dense_matrix(inner, *form, where);
  fail("{}: expected an array, got {}", where, inner.describe());
}

}  // namespace flowtalk::formats
