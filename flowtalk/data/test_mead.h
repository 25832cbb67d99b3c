// MEAD's raw form made in code, for tests: EMICA's HDF5 files and voices beside them.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

struct Hdf5Style {
  bool doubles = false;   // float64, else float32
  bool batched = true;    // (1, T, C), else (T, C)
  bool deflated = false;  // chunked and compressed, as h5py's compression="gzip"
};

// Writes the datasets shape, exp and jaw: columns 0..299, 300..399 and 400..402 of motion (T, 403).
void write_emica_file(const std::filesystem::path& path, const tensor::Tensor& motion,
                      const Hdf5Style& style = {});
// One dataset of any shape into a new file, or into one that is there.
void write_hdf5(const std::filesystem::path& path, const std::string& name,
                const tensor::Tensor& values, const Hdf5Style& style = {});

// Numbers that depend on every index: (frames, 403).
tensor::Tensor numbered_motion(int64_t frames, float seed);

}  // namespace flowtalk::data
