// numpy .npy files.
#pragma once

#include <filesystem>
#include <string_view>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

// Reads numbers of any numpy float or integer dtype into float32. Errors name the file.
tensor::Tensor load_npy(const std::filesystem::path& path);
tensor::Tensor read_npy(std::string_view bytes, const std::string& where);
// Version 1.0, little-endian float32, C order.
void save_npy(const std::filesystem::path& path, const tensor::Tensor& tensor);

}  // namespace flowtalk::formats
