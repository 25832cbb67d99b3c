// formats/npz: every array of an archive that opens can be read, or is refused.
#include "flowtalk/formats/npz.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] {
    const formats::NpzFile file(input.path());
    for (const std::string& name : file.names()) {
      if (!file.contains(name)) fuzz::finding("a name that is not contained");
      fuzz::accepts([&] { fuzz::check_array(file.array(name)); });
    }
  });
  return 0;
}
