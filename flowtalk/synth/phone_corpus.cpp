#include "flowtalk/synth/phone_corpus.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/folder_lock.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/synth/foreign_speech.h"
#include "flowtalk/synth/listed_prompts.h"
#include "flowtalk/synth/sentences.h"
#include "flowtalk/synth/speech.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;
constexpr double kMeanSentence_s = 3.9;

// Silence of drawn length on both sides, so that an encoder meets speech at any offset.
data::PhoneClip padded_clip(const std::string& name, Speech speech, Rng& rng) {
  const double before_s = rng.uniform(0.02, 0.4), after_s = rng.uniform(0.02, 0.4);
  pad_with_silence(speech, before_s, after_s);
  return {name, std::move(speech.audio), std::move(speech.phones)};
}

data::PhoneClip make_english_clip(const std::string& name, Rng rng) {
  const VoiceRecipe voice = draw_voice(rng);
  return padded_clip(name, speak(draw_sentence(rng), voice), rng);
}

data::PhoneClip make_foreign_clip(const std::string& name, Rng rng) {
  const ForeignLine line = draw_foreign_line(rng);
  return padded_clip(name, speak(line.text, draw_foreign_voice(line.voice, rng)), rng);
}

bool complete(const fs::path& folder, const std::string& name) {
  return fs::exists(folder / "phones" / (name + ".lab"));
}

double duration_of(const fs::path& folder, const std::string& name) {
  const auto phones = data::load_phones(folder / "phones" / (name + ".lab"));
  return phones.empty() ? 0.0 : phones.back().end_s;
}

void add_prompts(const std::vector<Prompt>& prompts, const PhoneCorpusOptions& options,
                 const fs::path& folder, ThreadPool& pool, PhoneCorpusReport& report) {
  const auto count = static_cast<int64_t>(prompts.size());
  Progress progress("real prompts", count, "clips", options.quiet);
  std::mutex mutex;
  pool.parallel_for(count, [&](int64_t i) {
    const Prompt& prompt = prompts[static_cast<size_t>(i)];
    progress.advance();
    if (prompt.path.empty()) return;
    if (!complete(folder, prompt.name)) data::save_phone_clip(folder, load_listed(prompt));
    const std::lock_guard lock(mutex);
    ++report.real_clips[prompt.speaker];
    report.real_s += prompt.phones.back().end_s;
  });
}

struct SyntheticPart {
  std::string_view name;    // its clips are NAME_00000 and on
  std::string_view stream;  // of random numbers
  double hours;
  data::PhoneClip (*make)(const std::string&, Rng);
};

// Makes the clips of a part; adds their durations to the report.
void add_synthetic(const PhoneCorpusOptions& options, const fs::path& folder, ThreadPool& pool,
                   const SyntheticPart& part, PhoneCorpusReport& report) {
  const int64_t count = std::llround(part.hours * 3600 / kMeanSentence_s);
  const Rng rng = Rng(options.seed).fork(part.stream);
  std::vector<double> durations(static_cast<size_t>(count));
  Progress progress(fmt::format("speech: {}", part.name), count, "clips", options.quiet);
  pool.parallel_for(count, [&](int64_t i) {
    const std::string name = fmt::format("{}_{:05d}", part.name, i);
    if (!complete(folder, name)) {
      data::save_phone_clip(folder, part.make(name, rng.fork(static_cast<uint64_t>(i))));
    }
    durations[static_cast<size_t>(i)] = duration_of(folder, name);
    progress.advance();
  });
  report.synthetic_clips += count;
  for (const double s : durations) report.synthetic_s += s;
}

// Counts up when clips of the same seed become others.
constexpr int kRules = 4;

// Refuses to mix clips of two recipes in one folder; more hours of the same are welcome.
void check_recipe(const PhoneCorpusOptions& options, const fs::path& folder) {
  const fs::path note = folder / "synth.json";
  const Json now = {{"made_by", "flowtalk data phones"},
                    {"rules", kRules},
                    {"seed", options.seed},
                    {"foreign_share", options.foreign_share},
                    {"real_prompts", options.real_prompts},
                    {"hours", options.hours}};
  if (fs::exists(note)) {
    Json before = parse_json(load_file(note), note.string());
    const double hours = before.value("hours", 0.0);
    before["hours"] = options.hours;
    if (before != now || hours > options.hours) {
      fail(
          "{}: holds clips of another recipe ({} hours of {}), asked for {}; choose another folder",
          folder.string(), hours, before.dump(), now.dump());
    }
  } else if (!fs::is_empty(folder / "phones")) {
    fail("{}: holds clips that are not of `data phones`, or of an older one; choose another folder",
         folder.string());
  }
  save_file(note, now.dump(2) + "\n");
}

}  // namespace

PhoneCorpusReport make_phone_corpus(const PhoneCorpusOptions& options, const fs::path& folder) {
  check_folder(folder, "output");
  ListedPrompts listed;
  if (options.real_prompts) listed = find_listed(load_prompt_list());
  PhoneCorpusReport report;
  report.left_out = how_to_install(listed.missing);
  start_speech_process();  // before there are threads
  ThreadPool pool(options.threads);
  fs::create_directories(folder / "wav");
  fs::create_directories(folder / "phones");
  const FolderLock lock(folder);
  check_recipe(options, folder);
  const double foreign_hours = options.hours * options.foreign_share;
  add_synthetic(options, folder, pool, {"synth", "phone corpus", options.hours, make_english_clip},
                report);
  add_synthetic(options, folder, pool, {"foreign", "foreign", foreign_hours, make_foreign_clip},
                report);
  add_prompts(listed.prompts, options, folder, pool, report);
  return report;
}

}  // namespace flowtalk::synth
