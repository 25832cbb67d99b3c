// numpy .npy files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "flowtalk/formats/array.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

// Versions 1 to 3, C or Fortran order, any byte order; bool, integers, floats and complex numbers.
// Errors name the file. Borrows the mapped file where its order is the machine's.
Array load_npy_array(const std::filesystem::path& path);
// The same for bytes that `owner` keeps alive.
Array read_npy_array(std::string_view bytes, std::shared_ptr<const void> owner,
                     const std::string& where);

// Real numbers of any of these types, rounded to float32, in memory of their own.
tensor::Tensor load_npy(const std::filesystem::path& path);
tensor::Tensor read_npy(std::string_view bytes, const std::string& where);
// Version 1.0, little-endian float32, C order; the header alone for those who write the values
// themselves, piece by piece.
std::string npy_header(const tensor::Shape& shape);
void save_npy(const std::filesystem::path& path, const tensor::Tensor& tensor);

}  // namespace flowtalk::formats
