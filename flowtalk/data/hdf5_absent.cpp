// Stands in for hdf5.cpp where libhdf5 was not found.
#include "flowtalk/base/error.h"
#include "flowtalk/data/hdf5.h"

namespace flowtalk::data {

bool can_read_hdf5() { return false; }

std::vector<tensor::Tensor> load_hdf5(const std::filesystem::path& path,
                                      const std::vector<std::string>&, int64_t) {
  fail(
      "{}: this flowtalk was built without HDF5; 'make build' installs libhdf5-dev and builds "
      "build/release/bin/flowtalk with it",
      path.string());
}

}  // namespace flowtalk::data
