// formats/gzip: no more comes out than is asked for.
#include "flowtalk/formats/gzip.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  constexpr size_t kMost = size_t{1} << 20;
  std::string text;
  if (!fuzz::accepts([&] { text = formats::gunzip(fuzz::bytes_of(data, size), kMost, "x.gz"); }))
    return 0;
  if (text.size() > kMost) fuzz::finding("accepted, but wrong");
  return 0;
}
