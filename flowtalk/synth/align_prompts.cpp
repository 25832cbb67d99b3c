#include "flowtalk/synth/align_prompts.h"

#include <atomic>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/synth/prompt_list.h"
#include "flowtalk/synth/prompts.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {

AlignReport align_prompts(const AlignOptions& options, const Reporter& reporter) {
  if (options.output.empty()) fail_usage("where to? give {}", Field("output"));
  check_ending(options.output, ".gz", "output");
  check_writable(options.output);
  const std::vector<Prompt> prompts = find_prompts();
  if (const auto missing = missing_packages(prompts); !missing.empty()) {
    fail("the list wants all recorded prompts: without {}", how_to_install(missing));
  }
  const data::PhoneRecognizer at_all;  // or it is refused here
  start_speech_process();              // before there are threads
  ThreadPool pool(options.threads);
  std::vector<ListedPrompt> list(prompts.size());
  const Advance advance =
      reporter.begin("recorded prompts", static_cast<int64_t>(prompts.size()), "prompts");
  std::atomic<size_t> next = 0;
  pool.parallel_for(pool.threads(), [&](int64_t) {
    data::PhoneRecognizer recognizer;
    for (size_t i = next++; i < prompts.size(); i = next++) {
      list[i].name = prompts[i].name;
      if (auto clip = load_prompt(prompts[i], recognizer)) list[i].phones = std::move(clip->phones);
      advance(1, "");
    }
  });
  save_prompt_list(options.output, list);
  AlignReport report{.prompts = static_cast<int64_t>(list.size())};
  for (const ListedPrompt& prompt : list) {
    if (prompt.phones.empty()) continue;
    ++report.with_phones;
    report.duration_s += prompt.phones.back().end_s;
  }
  return report;
}

}  // namespace flowtalk::synth
