#include "flowtalk/data/hdf5.h"

#include <hdf5.h>

#include <algorithm>
#include <array>

#include "flowtalk/base/error.h"
#include "flowtalk/base/run_apart.h"
#include "flowtalk/formats/mapped_file.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxAxes = 3;
constexpr hsize_t kMaxChunkBytes = hsize_t{256} << 20;
constexpr hsize_t kMaxInflation = 2000;  // beyond what deflate can reach; more is a forged size

// An open object of libhdf5, closed by `close`.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  bool good() const { return id_ >= 0; }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// What libhdf5 says of its last failure, its innermost reason, on one line.
std::string last_reason() {
  std::string reason;
  const auto first = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
    auto& text = *static_cast<std::string*>(out);
    if (text.empty() && entry->desc != nullptr) text = entry->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first, &reason);
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return reason.empty() ? "no reason given" : reason;
}

void silence() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);  // no filter plug-ins from the environment
}

// "file.hdf5: dataset exp"
std::string place(const fs::path& path, const std::string& name) {
  return fmt::format("{}: dataset '{}'", path.string(), name);
}

// The sizes of the dataset, after every check that needs no memory.
tensor::Shape checked_shape(hid_t dataset, const std::string& where, int64_t max_values) {
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose),
      layout(H5Dget_create_plist(dataset), H5Pclose);
  if (!type.good() || !space.good() || !layout.good()) {
    fail("{} is damaged ({})", where, last_reason());
  }
  if (H5Tget_class(type) != H5T_FLOAT) fail("{} does not hold floating point numbers", where);
  const int axes = H5Sget_simple_extent_ndims(space);
  if (axes < 1 || axes > kMaxAxes) fail("{} has {} axes, expected 2 or 3", where, axes);
  std::array<hsize_t, kMaxAxes> sizes{};
  if (H5Sget_simple_extent_dims(space, sizes.data(), nullptr) != axes) {
    fail("{} is damaged ({})", where, last_reason());
  }
  tensor::Shape shape;
  hsize_t values = 1;
  for (int i = 0; i < axes; ++i) {
    const hsize_t size = sizes[static_cast<size_t>(i)], limit = static_cast<hsize_t>(max_values);
    if (size > limit || (size > 0 && values > limit / size)) {
      fail("{} is larger than the {} numbers that are read here", where, max_values);
    }
    values *= size;
    shape.push_back(static_cast<int64_t>(size));
  }
  const H5D_layout_t kind = H5Pget_layout(layout);
  const bool inside = kind == H5D_COMPACT || kind == H5D_CONTIGUOUS || kind == H5D_CHUNKED;
  if (!inside || H5Pget_external_count(layout) != 0) {
    fail("{} keeps its numbers in another file, which is not followed", where);
  }
  const hsize_t element = H5Tget_size(type);
  if (kind == H5D_CHUNKED) {
    std::array<hsize_t, kMaxAxes> chunk{1, 1, 1};
    hsize_t bytes = element;
    const bool known = H5Pget_chunk(layout, kMaxAxes, chunk.data()) == axes;
    for (const hsize_t size : chunk) {
      bytes = size > 0 && bytes <= kMaxChunkBytes / size ? bytes * size : kMaxChunkBytes + 1;
    }
    if (!known || bytes > kMaxChunkBytes) fail("{} is stored in chunks that are too large", where);
  }
  if (values * element / kMaxInflation > H5Dget_storage_size(dataset)) {
    fail("{} promises {} numbers but stores {} bytes; the file is damaged", where, values,
         H5Dget_storage_size(dataset));
  }
  return shape;
}

tensor::Tensor load_dataset(hid_t file, const fs::path& path, const std::string& name,
                            int64_t max_values) {
  const std::string where = place(path, name);
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) {
    fail("{} is missing; expected the datasets shape, exp and jaw of an EMICA reconstruction",
         where);
  }
  H5L_info_t link;
  if (H5Lget_info(file, name.c_str(), &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD) {
    fail("{} is a link, which is not followed", where);
  }
  const Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.good()) fail("{} cannot be opened ({})", where, last_reason());
  tensor::Tensor result(checked_shape(dataset, where, max_values));
  if (result.empty()) return result;
  const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_edc_check(transfer, H5Z_ENABLE_EDC);  // checksums, where the file has them
  if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, transfer, result.data()) < 0) {
    fail("{} cannot be read ({}); the file is damaged or cut off", where, last_reason());
  }
  return result;
}

}  // namespace

bool can_read_hdf5() { return true; }

namespace {

std::vector<tensor::Tensor> load_here(const fs::path& path, const std::vector<std::string>& names,
                                      int64_t max_values) {
  silence();
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);  // network drives refuse locks; nothing is written here
#endif
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (!file.good()) fail("{}: cannot be read as HDF5 ({})", path.string(), last_reason());
  std::vector<tensor::Tensor> arrays;
  for (const std::string& name : names) {
    arrays.push_back(load_dataset(file, path, name, max_values));
  }
  return arrays;
}

// Tensors as bytes, from one process to another of the same program: rank, sizes, values.
std::string packed(const std::vector<tensor::Tensor>& arrays) {
  std::string bytes;
  const auto add = [&](const void* data, size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  for (const tensor::Tensor& array : arrays) {
    const int64_t rank = array.rank();
    add(&rank, sizeof rank);
    add(array.shape().data(), static_cast<size_t>(rank) * sizeof(int64_t));
    add(array.data(), array.values().size_bytes());
  }
  return bytes;
}

std::vector<tensor::Tensor> unpacked(const std::string& bytes) {
  std::vector<tensor::Tensor> arrays;
  size_t at = 0;
  const auto take = [&](void* to, size_t size) {
    FT_CHECK(size <= bytes.size() - at, "{} of {} bytes", at, bytes.size());
    std::copy_n(bytes.data() + at, size, static_cast<char*>(to));
    at += size;
  };
  while (at < bytes.size()) {
    int64_t rank = 0;
    take(&rank, sizeof rank);
    FT_CHECK(rank > 0 && rank <= kMaxAxes, "rank {}", rank);
    tensor::Shape shape(static_cast<size_t>(rank));
    take(shape.data(), shape.size() * sizeof(int64_t));
    tensor::Tensor& array = arrays.emplace_back(shape);
    take(array.data(), array.values().size_bytes());
  }
  return arrays;
}

}  // namespace

std::vector<tensor::Tensor> load_hdf5(const fs::path& path, const std::vector<std::string>& names,
                                      int64_t max_values) {
  if (!fs::is_regular_file(path)) fail("{}: no such file", path.string());
  const formats::MappedFile file(path);  // for its refusals: unreadable, a pointer of git-lfs
  return unpacked(
      run_apart(path.string(), [&] { return packed(load_here(path, names, max_values)); }));
}

}  // namespace flowtalk::data
