#include "flowtalk/synth/corpus.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/face/face.h"
#include "flowtalk/synth/emotion_pose.h"
#include "flowtalk/synth/lip_model.h"
#include "flowtalk/synth/motion.h"
#include "flowtalk/synth/prompts.h"
#include "flowtalk/synth/sentences.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

// One clip to make: spoken by an engine, or a recorded prompt.
struct Job {
  data::ClipName name;
  const Prompt* prompt = nullptr;
};

// The clips of one style: neutral gets an eighth (or all it has), the 21 pairs of emotion and level
// share the rest evenly; sentences are drawn without repetition.
std::vector<data::ClipName> choose_clips(int style, int count, Rng rng) {
  const int whole = data::kNeutralSentences + 21 * data::kEmotionalSentences;
  if (count <= 0 || count > whole) count = whole;
  const auto draw = [&rng, style](int emotion, int level, int sentences, int wanted,
                                  std::vector<data::ClipName>& to) {
    std::vector<int> numbers(static_cast<size_t>(sentences));
    for (int i = 0; i < sentences; ++i) numbers[static_cast<size_t>(i)] = i + 1;
    rng.shuffle(numbers);
    for (int i = 0; i < wanted; ++i) {
      to.push_back({style, numbers[static_cast<size_t>(i)], emotion, level});
    }
  };
  std::vector<data::ClipName> chosen;
  int neutral = std::min(data::kNeutralSentences, (count + 7) / 8);
  int left = count - neutral;
  if (left > 21 * data::kEmotionalSentences) {
    neutral += left - 21 * data::kEmotionalSentences;
    left = 21 * data::kEmotionalSentences;
  }
  draw(kNeutral, 0, data::kNeutralSentences, neutral, chosen);
  std::vector<int> pairs(21);
  for (int i = 0; i < 21; ++i) pairs[static_cast<size_t>(i)] = i;
  rng.shuffle(pairs);  // which pairs get one more when the rest does not divide
  for (int i = 0; i < 21; ++i) {
    const int pair = pairs[static_cast<size_t>(i)];
    draw(1 + pair / 3, pair % 3, data::kEmotionalSentences, left / 21 + (i < left % 21), chosen);
  }
  return chosen;
}

std::vector<Job> spread_prompts(const std::vector<Prompt>& prompts, Rng rng) {
  std::vector<size_t> order(prompts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  rng.shuffle(order);
  std::vector<Job> jobs;
  for (size_t i = 0; i < order.size(); ++i) {
    Job job;
    job.prompt = &prompts[order[i]];
    job.name.style = static_cast<int>(i % kStyles.size());
    job.name.sentence = data::kLastMeadSentence + 1 + static_cast<int>(i / kStyles.size());
    job.name.emotion = static_cast<int>(rng.integer(0, 7));
    job.name.level = job.name.emotion == kNeutral ? 0 : static_cast<int>(rng.integer(0, 2));
    if (job.name.sentence <= 999) jobs.push_back(job);
  }
  return jobs;
}

SentenceGroup group_of(data::Split split) {
  switch (split) {
    case data::Split::kTrain:
      return SentenceGroup::kTrain;
    case data::Split::kValidation:
      return SentenceGroup::kValidation;
    case data::Split::kTest:
      break;
  }
  return SentenceGroup::kTest;
}

class Maker {
 public:
  explicit Maker(const CorpusOptions& options)
      : options_(options), mead_(options.out / "mead"), rng_(Rng(options.seed).fork("corpus")) {
    for (int s = 0; s < static_cast<int>(kStyles.size()); ++s) {
      styles_.push_back(draw_style(options.seed, s));
    }
  }

  bool complete(const std::string& stem) const {
    return fs::exists(mead_ / "param" / (stem + ".npy"));
  }

  // False if a prompt turns out to hold no speech.
  bool make(const Job& job, std::unique_ptr<data::PhoneRecognizer>& recognizer) const {
    const std::string stem = data::format_stem(job.name);
    const Rng rng = rng_.fork(stem);
    data::PhoneClip clip;
    if (job.prompt) {
      auto heard = load_labelled_prompt(*job.prompt, recognizer);
      if (!heard) return false;
      clip = std::move(*heard);
    } else {
      clip = speak_clip(job.name, rng);
    }
    clip.name = stem;
    const MotionOptions motion{job.name.emotion,
                               job.name.emotion == kNeutral ? 0 : strength_of_level(job.name.level),
                               true};
    const tensor::Tensor frames =
        make_motion(clip.audio, clip.phones, styles_[static_cast<size_t>(job.name.style)], motion,
                    rng.fork("motion"));
    if (frames.dim(0) == 0) return false;
    if (options_.augment && rng.fork("choice").uniform() < 0.4) {
      clip = data::augment(clip, rng.fork("augment"), kMild);
    }
    data::save_phone_clip(mead_, clip);
    data::save_motion(mead_ / "param" / (stem + ".npy"), frames);  // last: the clip is complete
    return true;
  }

 private:
  static constexpr data::AugmentOptions kMild{.rate = 0,
                                              .room = 0.3,
                                              .tilt = 0.4,
                                              .telephone = 0.08,
                                              .noise = 0.6,
                                              .snr_lo_db = 12,
                                              .snr_hi_db = 40,
                                              .clipping = 0.02,
                                              .gain_lo_db = -14,
                                              .gain_hi_db = 0};

  std::optional<data::PhoneClip> load_labelled_prompt(
      const Prompt& prompt, std::unique_ptr<data::PhoneRecognizer>& recognizer) const {
    const fs::path labels = options_.phone_corpus / "phones" / (prompt.name + ".lab");
    if (!options_.phone_corpus.empty() && fs::exists(labels)) {
      return data::PhoneClip{prompt.name, load_prompt_audio(prompt), data::load_phones(labels)};
    }
    if (!recognizer) recognizer = std::make_unique<data::PhoneRecognizer>();
    return load_prompt(prompt, *recognizer);
  }

  data::PhoneClip speak_clip(const data::ClipName& name, const Rng& rng) const {
    // The text does not depend on the level, as in MEAD.
    Rng words = rng_.fork("text")
                    .fork(static_cast<uint64_t>(name.style))
                    .fork(static_cast<uint64_t>(name.emotion * 1000 + name.sentence));
    const std::string text = draw_sentence(words, group_of(data::split_of(name)));
    Rng draws = rng.fork("voice");
    VoiceRecipe voice = with_emotion(styles_[static_cast<size_t>(name.style)].voice, name.emotion,
                                     strength_of_level(name.level));
    voice.rate *= draws.uniform(0.93, 1.07);
    voice.pitch *= draws.uniform(0.96, 1.04);
    Speech speech = speak(text, voice);
    const double before_s = draws.uniform(0.1, 0.4), after_s = draws.uniform(0.15, 0.45);
    pad_with_silence(speech, before_s, after_s);
    return {"", std::move(speech.audio), std::move(speech.phones)};
  }

  const CorpusOptions& options_;
  fs::path mead_;
  Rng rng_;
  std::vector<SpeakerStyle> styles_;
};

void save_regions(const fs::path& folder) {
  const face::Regions& regions = face::builtin_face().regions;
  const auto save = [&folder](const char* name, const std::vector<uint32_t>& vertices) {
    make_parent_folder(folder / name);
    save_file(folder / name, fmt::format("{}\n", fmt::join(vertices, ",")));
  };
  save("lve.txt", regions.lips);
  save("fdd.txt", regions.upper_face);
  save("eve.txt", regions.eyes);
}

// Refuses to mix two seeds in one folder.
void check_seed(const CorpusOptions& options) {
  const fs::path note = options.out / "mead" / "synth.json";
  if (fs::exists(note)) {
    const Json json = parse_json(load_file(note), note.string());
    const auto seed = json.find("seed");
    if (seed == json.end() || *seed != options.seed) {
      fail("{}: holds a corpus of another seed ({}), asked for {}; choose another folder",
           options.out.string(), seed == json.end() ? "unknown" : seed->dump(), options.seed);
    }
    return;
  }
  make_parent_folder(note);
  save_file(note, Json{{"made_by", "flowtalk data synth"}, {"seed", options.seed}}.dump(2) + "\n");
}

}  // namespace

CorpusReport make_corpus(const CorpusOptions& options) {
  check_seed(options);
  for (const char* part : {"param", "wav", "phones"}) {
    fs::create_directories(options.out / "mead" / part);
  }
  save_regions(options.out / "regions");
  CorpusReport report;
  const Rng rng = Rng(options.seed).fork("choice");
  std::vector<Job> jobs;
  for (int style = 0; style < static_cast<int>(kStyles.size()); ++style) {
    for (const auto& name :
         choose_clips(style, options.clips_per_style, rng.fork(static_cast<uint64_t>(style)))) {
      jobs.push_back({name, nullptr});
    }
  }
  std::vector<Prompt> prompts;
  if (options.real_prompts) {
    report.left_out = missing_prompts();
    if (report.left_out.empty()) prompts = find_prompts();
    const std::vector<Job> real = spread_prompts(prompts, rng.fork("prompts"));
    jobs.insert(jobs.end(), real.begin(), real.end());
  }
  const Maker maker(options);
  builtin_lips();
  start_speech_process();  // before there are threads
  ThreadPool pool(options.threads);
  Progress progress("synthetic corpus", static_cast<int64_t>(jobs.size()), "clips", options.quiet);
  std::mutex mutex;
  std::atomic<size_t> next = 0;
  pool.parallel_for(pool.threads(), [&](int64_t) {
    std::unique_ptr<data::PhoneRecognizer> recognizer;  // one per thread, if needed at all
    for (size_t i = next++; i < jobs.size(); i = next++) {
      const std::string stem = data::format_stem(jobs[i].name);
      const bool kept = maker.complete(stem);
      const bool made = kept || maker.make(jobs[i], recognizer);
      progress.advance();
      if (!made) continue;
      const auto phones = data::load_phones(options.out / "mead" / "phones" / (stem + ".lab"));
      const std::lock_guard lock(mutex);
      ++(kept ? report.kept : report.written);
      report.real += jobs[i].prompt != nullptr;
      report.duration_s += phones.empty() ? 0.0 : phones.back().end_s;
    }
  });
  return report;
}

}  // namespace flowtalk::synth
