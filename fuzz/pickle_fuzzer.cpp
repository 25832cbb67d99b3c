// formats/pickle: whatever a pickle builds can be walked, described and read as arrays, also where
// frames are dicts or lists of their own; templates of subjects are refused or one of a mesh and
// shape parameters.
#include "flowtalk/face/subjects.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/pickle.h"
#include "fuzz/value_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] { fuzz::ValueWalk().visit(formats::load_pickle(input.path())); });
  fuzz::accepts([&] {
    int read = 0;
    for (const auto& array : formats::pickle_arrays(input.path())) {
      if (++read > 4) break;  // each may take 64 MiB for a moment
      fuzz::accepts([&] { fuzz::check_array(array.load()); });
    }
  });
  fuzz::accepts([&] {
    const face::Subject subject = face::load_subject(input.path(), "M003");
    const bool mesh = subject.rest.rank() == 2 && subject.rest.dim(1) == 3;
    if (mesh == !subject.shape.empty()) fuzz::finding("a subject that is not just one of two");
  });
  return 0;
}
