// formats/describe_file: whatever loads can be described as the JSON of `flowtalk inspect`.
#include "flowtalk/formats/describe_file.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  fuzz::accepts([&] {
    const std::string format = formats::format_of(input.path());
    if (format.empty()) return;
    const Json described = formats::describe_file(input.path(), format);
    if (described.dump(2).empty()) fuzz::finding("nothing to print");
  });
  return 0;
}
