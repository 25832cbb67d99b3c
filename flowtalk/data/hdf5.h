// Number arrays from HDF5 files, as EMICA's reconstruction writes them. Built on libhdf5; a build
// without it has hdf5_absent.cpp instead.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

// Was this program built with libhdf5?
bool can_read_hdf5();

// The datasets `names` in the root of the file as float32, in this order. Files are not trusted:
// at most max_values numbers per dataset are read, no link, no outside storage and no plug-in is
// followed, checksums are compared, and libhdf5 works in a process of its own (run_apart.h), which
// alone ends if a damaged file brings it down; so threads may call this at once, which libhdf5 does
// not allow. Errors (one line, naming file and dataset): not HDF5, damaged, a dataset
// missing, not of floating point numbers, of more than 3 axes, too large; or a build without
// libhdf5.
std::vector<tensor::Tensor> load_hdf5(const std::filesystem::path& path,
                                      const std::vector<std::string>& names, int64_t max_values);

}  // namespace flowtalk::data
