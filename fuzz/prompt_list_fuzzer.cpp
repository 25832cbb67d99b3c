// synth/prompt_list: what is accepted are phones without gaps, and it is written again as it was.
#include "flowtalk/synth/prompt_list.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  std::vector<synth::ListedPrompt> list;
  if (!fuzz::accepts([&] { list = synth::read_prompt_list(text, "list"); })) return 0;
  for (const synth::ListedPrompt& prompt : list) {
    double at_s = 0;
    for (const flowtalk::data::Phone& phone : prompt.phones) {
      if (phone.start_s != at_s || phone.end_s <= at_s) fuzz::finding("accepted, but wrong");
      at_s = phone.end_s;
    }
    if (at_s > 20) fuzz::finding("accepted, but too long");
  }
  if (synth::read_prompt_list(synth::write_prompt_list(list), "list") != list) {
    fuzz::finding("written again it is another");
  }
  return 0;
}
