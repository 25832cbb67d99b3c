// numpy .npy files.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

// Versions 1 to 3, C or Fortran order, any byte order; bool, integers, floats and complex numbers.
// Errors name the file. Borrows the mapped file where its order is the machine's.
Array load_npy_array(const std::filesystem::path& path);
// The same for bytes that `owner` keeps alive.
Array read_npy_array(std::string_view bytes, std::shared_ptr<const void> owner,
                     const std::string& where);

bool is_npy(std::string_view bytes);  // whether they begin like one
// The texts of an array of strings ('<U7', '|S5'), in UTF-8; nothing where it holds something else.
std::optional<std::vector<std::string>> read_npy_texts(std::string_view bytes,
                                                       const std::string& where);
// The pickle in an array of Python objects (formats/pickle.h reads it); nothing in any other.
std::optional<std::string_view> npy_pickle(std::string_view bytes, const std::string& where);

// Real numbers of any of these types, rounded to float32, in memory of their own.
tensor::Tensor load_npy(const std::filesystem::path& path);
tensor::Tensor read_npy(std::string_view bytes, const std::string& where);
// Version 1.0, C order, little-endian float32 unless `descr` says otherwise; the header alone for
// those who write the values themselves, piece by piece.
std::string npy_header(const tensor::Shape& shape, std::string_view descr = "<f4");
// The bytes of a tensor, and of one float64.
std::string npy_of(const tensor::Tensor& tensor);
std::string npy_of(double value);
// The bytes of an array of ASCII texts: (N), or () of the one if `scalar`.
std::string npy_of_texts(const std::vector<std::string>& texts, bool scalar);
void save_npy(const std::filesystem::path& path, const tensor::Tensor& tensor);

}  // namespace flowtalk::formats
