// flowtalk data pack, within flowtalk-train; and which encoder it and the generator take by
// themselves.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "apps/options/bind.h"
#include "apps/train_encoder.h"
#include "flowtalk/data/packed.h"
#include "flowtalk/predict/default_checkpoint.h"
#include "flowtalk/train/pack_corpus.h"
#include "flowtalk/train/run_stages.h"

namespace flowtalk::apps {

std::string choose_encoder(std::string& encoder) {
  if (!encoder.empty()) return "";
  encoder = train::kOwnEncoder;
  if (std::filesystem::exists(encoder)) return "";
  encoder = predict::default_checkpoint().string();
  return fmt::format("no {}: the speech encoder is that of {}", train::kOwnEncoder, encoder);
}

int data_pack(const Args& args) {
  train::PackCorpusOptions options;
  Command command(
      "flowtalk data pack",
      "Packs a data set with its speech features into a few large files, from which training reads "
      "only what it uses: for corpora beyond memory, and for file systems that dislike many small "
      "files. Training from them is bit for bit training from the data set.",
      "Examples:\n"
      "  flowtalk data pack --dataset datasets -o packed\n"
      "  flowtalk train generator --dataset packed\n"
      "  flowtalk data pack --dataset datasets -o packed --part 2/8\n"
      "  flowtalk data pack -o packed --merge\n");
  command.bind(options, {{"out", "-o,--out,--output"}, {"set", "", true}});
  if (!command.parse(args)) return 0;
  options.quiet = command.quiet();
  const std::string note = options.merge ? "" : choose_encoder(options.encoder);
  if (!note.empty() && !options.quiet) fmt::print(stderr, "{}\n", note);
  train::pack_corpus(options);
  if (options.quiet) return 0;
  if (data::is_packed(options.out)) {
    fmt::print("{}: {} clips and copies, packed\n", options.out, data::Packed(options.out).size());
  } else {
    fmt::print("{}: the part is packed; --merge joins all parts\n", options.out);
  }
  return 0;
}

}  // namespace flowtalk::apps
