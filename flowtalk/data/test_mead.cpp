#include "flowtalk/data/test_mead.h"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

void write_hdf5(const fs::path& path, const std::string& name, const tensor::Tensor& values,
                const Hdf5Style& style) {
  make_parent_folder(path);
  const hid_t file = fs::exists(path)
                         ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                         : H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  std::vector<hsize_t> sizes(values.shape().begin(), values.shape().end());
  const int axes = static_cast<int>(sizes.size());
  const hid_t space = H5Screate_simple(axes, sizes.data(), nullptr);
  const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
  if (style.deflated) {
    H5Pset_chunk(layout, axes, sizes.data());
    H5Pset_deflate(layout, 4);
  }
  const hid_t dataset =
      H5Dcreate2(file, name.c_str(), style.doubles ? H5T_IEEE_F64LE : H5T_IEEE_F32LE, space,
                 H5P_DEFAULT, layout, H5P_DEFAULT);
  const herr_t code = values.empty() ? 0
                                     : H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL,
                                                H5P_DEFAULT, values.data());
  FT_CHECK(file >= 0 && dataset >= 0 && code >= 0, "{} was not written", path.string());
  H5Dclose(dataset);
  H5Pclose(layout);
  H5Sclose(space);
  H5Fclose(file);
}

void write_emica_file(const fs::path& path, const tensor::Tensor& motion, const Hdf5Style& style) {
  const int64_t frames = motion.dim(0);
  const auto columns = [&](const char* name, int64_t begin, int64_t width) {
    tensor::Tensor part =
        style.batched ? tensor::Tensor({1, frames, width}) : tensor::Tensor({frames, width});
    for (int64_t t = 0; t < frames; ++t) {
      std::copy_n(motion.data() + t * motion::kWideRow + begin, width, part.data() + t * width);
    }
    write_hdf5(path, name, part, style);
  };
  columns("shape", 0, flame::kShape);
  columns("exp", flame::kShape, flame::kExpression);
  columns("jaw", motion::kWideRow - flame::kJaw, flame::kJaw);
}

tensor::Tensor numbered_motion(int64_t frames, float seed) {
  tensor::Tensor motion({frames, motion::kWideRow});
  for (int64_t i = 0; i < motion.size(); ++i) {
    motion[i] = std::sin(seed + 0.37f * static_cast<float>(i));
  }
  return motion;
}

}  // namespace flowtalk::data
