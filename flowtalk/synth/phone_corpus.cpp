#include "flowtalk/synth/phone_corpus.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/synth/prompts.h"
#include "flowtalk/synth/sentences.h"
#include "flowtalk/synth/speech.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;
constexpr double kMeanSentence_s = 3.9;

data::PhoneClip make_clip(const std::string& name, Rng rng) {
  const VoiceRecipe voice = draw_voice(rng);
  Speech speech = speak(draw_sentence(rng), voice);
  // Silence of drawn length on both sides, so that an encoder meets speech at any offset.
  const double before_s = rng.uniform(0.02, 0.4), after_s = rng.uniform(0.02, 0.4);
  pad_with_silence(speech, before_s, after_s);
  return {name, std::move(speech.audio), std::move(speech.phones)};
}

bool complete(const fs::path& folder, const std::string& name) {
  return fs::exists(folder / "phones" / (name + ".lab"));
}

double duration_of(const fs::path& folder, const std::string& name) {
  const auto phones = data::load_phones(folder / "phones" / (name + ".lab"));
  return phones.empty() ? 0.0 : phones.back().end_s;
}

void add_prompts(const PhoneCorpusOptions& options, const fs::path& folder, ThreadPool& pool,
                 PhoneCorpusReport& report) {
  const std::vector<Prompt> prompts = find_prompts();
  report.left_out = missing_prompts();
  if (!report.left_out.empty()) return;
  Progress progress("real prompts", static_cast<int64_t>(prompts.size()), "clips", options.quiet);
  const int64_t shards = pool.threads();
  std::mutex mutex;
  pool.parallel_for(shards, [&](int64_t shard) {
    data::PhoneRecognizer recognizer;
    for (auto i = static_cast<size_t>(shard); i < prompts.size();
         i += static_cast<size_t>(shards)) {
      const std::string& name = prompts[i].name;
      if (!complete(folder, name)) {
        const auto clip = load_prompt(prompts[i], recognizer);
        if (clip) data::save_phone_clip(folder, *clip);
      }
      progress.advance();
      if (!complete(folder, name)) continue;
      const double duration = duration_of(folder, name);
      const std::lock_guard lock(mutex);
      ++report.real_clips[prompts[i].speaker];
      report.real_s += duration;
    }
  });
}

}  // namespace

PhoneCorpusReport make_phone_corpus(const PhoneCorpusOptions& options, const fs::path& folder) {
  PhoneCorpusReport report;
  start_speech_process();  // before there are threads
  ThreadPool pool(options.threads);
  fs::create_directories(folder / "wav");
  fs::create_directories(folder / "phones");
  report.synthetic_clips = std::llround(options.hours * 3600 / kMeanSentence_s);
  std::vector<double> durations(static_cast<size_t>(report.synthetic_clips));
  const Rng rng = Rng(options.seed).fork("phone corpus");
  {
    Progress progress("synthetic speech", report.synthetic_clips, "clips", options.quiet);
    pool.parallel_for(report.synthetic_clips, [&](int64_t i) {
      const std::string name = fmt::format("synth_{:05d}", i);
      if (!complete(folder, name)) {
        data::save_phone_clip(folder, make_clip(name, rng.fork(static_cast<uint64_t>(i))));
      }
      durations[static_cast<size_t>(i)] = duration_of(folder, name);
      progress.advance();
    });
  }
  for (const double s : durations) report.synthetic_s += s;
  if (options.real_prompts) add_prompts(options, folder, pool, report);
  return report;
}

}  // namespace flowtalk::synth
