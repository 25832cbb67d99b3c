// formats/pickle: whatever a pickle builds can be walked, described and read as arrays.
#include "flowtalk/formats/pickle.h"
#include "fuzz/value_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] { fuzz::ValueWalk().visit(formats::load_pickle(input.path())); });
  return 0;
}
