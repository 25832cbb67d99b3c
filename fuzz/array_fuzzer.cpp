// formats/array: views with any shape, offset and strides into a small memory, as the readers of
// pickles and torch files make them from what a file says.
#include <fuzzer/FuzzedDataProvider.h>

#include "flowtalk/formats/array.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  FuzzedDataProvider input(data, size);
  formats::ArrayView view;
  view.dtype = static_cast<formats::Dtype>(
      input.ConsumeIntegralInRange<int>(0, static_cast<int>(formats::Dtype::kF80)));
  if (view.dtype == formats::Dtype::kF80 && !formats::kHasF80) return 0;
  view.big_endian = input.ConsumeBool();
  view.fortran_order = input.ConsumeBool();
  const auto number = [&]() -> int64_t {
    return input.ConsumeBool() ? input.ConsumeIntegralInRange<int64_t>(0, 9)
                               : input.ConsumeIntegral<int64_t>();
  };
  view.offset = input.ConsumeBool() ? number() : 0;
  const bool strided = input.ConsumeBool();
  const int axes = input.ConsumeIntegralInRange(0, 6);
  for (int i = 0; i < axes; ++i) {
    view.shape.push_back(number());
    if (strided) view.strides.push_back(number());
  }
  const auto memory = std::make_shared<const std::string>(input.ConsumeRemainingBytesAsString());
  fuzz::accepts([&] { fuzz::check_array(formats::make_array(view, *memory, memory, "x")); });
  return 0;
}
