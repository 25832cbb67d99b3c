// osc: packets of Open Sound Control; what is accepted has addresses and no more than came.
#include "flowtalk/live/osc_reader.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto messages = live::read_osc(bytes);
  if (!messages) return 0;
  size_t values = 0;
  for (const live::OscMessage& message : *messages) {
    if (!message.address.starts_with('/')) fuzz::finding("an address that is none");
    values += message.values.size();
  }
  if (messages->size() * 4 > size || values > size) fuzz::finding("more than came");
  return 0;
}
