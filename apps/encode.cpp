// flowtalk encode: a voice in, hidden states of the speech encoder out.
#include "flowtalk/pipeline/encode.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {

int encode(const Args& args) {
  pipeline::EncodeOptions options;
  Command command(
      "flowtalk encode", "Writes the hidden states of a speech encoder for one voice.",
      "Writes float32 (T, H). Clips up to 60 s are encoded in one piece; in longer ones attention "
      "sees windows of 40 s with 5 s more on both sides.\n"
      "Examples:\n"
      "  flowtalk encode voice.wav --encoder hubert-base-ls960 -o hidden.npy\n"
      "  flowtalk encode samples.npy --encoder hubert-base-ls960 --all -o states.npy\n");
  command.bind(options,
               {{"voice", "VOICE,--wav,--wav-path"}, {"output", "-o,--out,--output,--save-path"}});
  if (!command.parse(args)) return 0;
  const auto shape = pipeline::encode(options, terminal(command.quiet()));
  if (!command.quiet()) fmt::print("{}: {} float32\n", options.output, tensor::to_string(shape));
  return 0;
}

}  // namespace flowtalk::apps
