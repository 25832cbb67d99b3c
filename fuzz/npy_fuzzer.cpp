// formats/npy: what is read can be written, and reads back bit for bit.
#include <cstring>

#include "flowtalk/formats/npy.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  static const fuzz::ScratchFile copy("copy.npy");
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  formats::Array array;
  if (!fuzz::accepts([&] { array = formats::load_npy_array(input.path()); })) return 0;
  fuzz::check_array(array);
  tensor::Tensor read;
  if (!fuzz::accepts([&] { read = formats::read_npy(fuzz::bytes_of(data, size), "x.npy"); })) {
    return 0;  // complex numbers
  }
  formats::save_npy(copy.path(), read);
  const tensor::Tensor back = formats::load_npy(copy.path());
  if (back.shape() != read.shape()) fuzz::finding("another shape after writing and reading");
  if (!read.empty() && std::memcmp(back.data(), read.data(), read.values().size_bytes()) != 0) {
    fuzz::finding("other values after writing and reading");
  }
  return 0;
}
