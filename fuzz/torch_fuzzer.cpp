// formats/torch_file: archives and the older stream; tensors stay within their storages.
#include "flowtalk/formats/torch_file.h"
#include "fuzz/value_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] {
    const formats::Value value = formats::load_torch(input.path());
    fuzz::ValueWalk().visit(value);
    for (const auto& [name, array] : formats::state_dict(value)) fuzz::check_array(array);
  });
  return 0;
}
