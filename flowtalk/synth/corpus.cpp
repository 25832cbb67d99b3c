#include "flowtalk/synth/corpus.h"

#include <array>
#include <mutex>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/folder_lock.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/part.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/synth/clip_choice.h"
#include "flowtalk/synth/emotion_pose.h"
#include "flowtalk/synth/listed_prompts.h"
#include "flowtalk/synth/motion.h"
#include "flowtalk/synth/sentences.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

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

Rng rng_of(const CorpusOptions& options) {
  const Rng rng = Rng(options.seed).fork("corpus");
  return options.part == CorpusPart::kSpeakers ? rng : rng.fork(part_name(options.part));
}

class Maker {
 public:
  explicit Maker(const CorpusOptions& options)
      : options_(options), folder_(part_folder(options)), rng_(rng_of(options)) {
    const bool new_people = options.part == CorpusPart::kUnseenSpeakers;
    const Conditions& conditions = default_conditions();
    for (int s = 0; s < static_cast<int>(conditions.styles.size()); ++s) {
      styles_.push_back(draw_style(new_people ? rng_.fork("people").next_u64() : options.seed, s));
      if (options.part != CorpusPart::kSpeakers) {
        const bool female = conditions.styles[static_cast<size_t>(s)].front() == 'W';
        styles_.back().voice =
            draw_unseen_voice(female, rng_.fork("voice").fork(static_cast<uint64_t>(s)));
      }
    }
  }

  bool complete(const std::string& stem) const {
    return fs::exists(folder_ / "param" / (stem + ".npy"));
  }

  void make(const Job& job) const {
    const std::string stem = data::format_stem(job.name, default_conditions());
    const Rng rng = rng_.fork(stem);
    data::PhoneClip clip = job.prompt ? load_listed(*job.prompt) : speak_clip(job.name, rng);
    clip.name = stem;
    const bool neutral = job.name.emotion == kNeutral;
    const float strength = neutral ? 0 : default_conditions().strength_of(job.name.level);
    const MotionOptions motion{job.name.emotion, strength, true};
    const motion::Motion made =
        make_motion(clip.audio, clip.phones, styles_[static_cast<size_t>(job.name.style)], motion,
                    rng.fork("motion"));
    FT_CHECK(made.frames() > 0, "{} has no frames", stem);
    if (options_.augment && rng.fork("choice").uniform() < 0.4) {
      clip = data::augment(clip, rng.fork("augment"), kMild);
    }
    data::save_phone_clip(folder_, clip);
    motion::save_motion(folder_ / "param" / (stem + ".npy"), made);  // last: the clip is complete
  }

 private:
  static constexpr data::AugmentOptions kMild{.rate = 0,
                                              .room = 0.3f,
                                              .tilt = 0.4f,
                                              .tilt_db = 9,
                                              .telephone = 0.08f,
                                              .noise = 0.6f,
                                              .snr_lo_db = 12,
                                              .snr_hi_db = 40,
                                              .clipping = 0.02f,
                                              .gain_lo_db = -14,
                                              .gain_hi_db = 0};

  data::PhoneClip speak_clip(const data::ClipName& name, const Rng& rng) const {
    // The text does not depend on the level, as in MEAD.
    Rng words = rng_.fork("text")
                    .fork(static_cast<uint64_t>(name.style))
                    .fork(static_cast<uint64_t>(name.emotion * 1000 + name.sentence));
    const std::string text = draw_sentence(words, group_of(data::split_of(name)));
    Rng draws = rng.fork("voice");
    VoiceRecipe voice = with_emotion(styles_[static_cast<size_t>(name.style)].voice, name.emotion,
                                     default_conditions().strength_of(name.level));
    voice.rate *= draws.uniform(0.93, 1.07);
    voice.pitch *= draws.uniform(0.96, 1.04);
    Speech speech = speak(text, voice);
    const double before_s = draws.uniform(0.1, 0.4), after_s = draws.uniform(0.15, 0.45);
    pad_with_silence(speech, before_s, after_s);
    return {"", std::move(speech.audio), std::move(speech.phones)};
  }

  const CorpusOptions& options_;
  fs::path folder_;
  Rng rng_;
  std::vector<SpeakerStyle> styles_;
};

std::vector<Job> choose_jobs(const CorpusOptions& options, const std::vector<Prompt>& prompts) {
  const Rng rng = options.part == CorpusPart::kSpeakers ? Rng(options.seed).fork("choice")
                                                        : rng_of(options).fork("choice");
  if (options.part != CorpusPart::kSpeakers) return choose_test_clips(options.clips_per_style, rng);
  std::vector<Job> jobs = choose_speaker_clips(options.clips_per_style, rng);
  for (const Job& real : spread_prompts(prompts, rng.fork("prompts"))) {
    if (!real.prompt->path.empty()) jobs.push_back(real);
  }
  return jobs;
}

// Refuses to mix two seeds in one folder.
void check_seed(const CorpusOptions& options, bool note_it) {
  const fs::path note = part_folder(options) / "synth.json";
  if (fs::exists(note)) {
    const Json json = parse_json(load_file(note), note.string());
    const auto seed = json.find("seed");
    if (seed == json.end() || *seed != options.seed) {
      fail("{}: holds a corpus of another seed ({}), asked for {}; choose another folder",
           options.out.string(), seed == json.end() ? "unknown" : seed->dump(), options.seed);
    }
    return;
  }
  if (!note_it) return;
  make_parent_folder(note);
  save_file(note, Json{{"made_by", "flowtalk data synth"}, {"seed", options.seed}}.dump(2) + "\n");
}

}  // namespace

std::string_view part_name(CorpusPart part) {
  constexpr std::array<std::string_view, 3> kNames = {"mead", "unseen-voices", "unseen-speakers"};
  return kNames[static_cast<size_t>(part)];
}

fs::path part_folder(const CorpusOptions& options) { return options.out / part_name(options.part); }

CorpusReport make_corpus(const CorpusOptions& options) {
  const Part own = part_of(options.own_part, environment);
  check_folder(options.out, "output");
  ListedPrompts listed;
  if (options.real_prompts && options.part == CorpusPart::kSpeakers) {
    listed = find_listed(load_prompt_list());
  }
  for (const char* part : {"param", "wav", "phones"}) {
    fs::create_directories(part_folder(options) / part);
  }
  const FolderLock lock(part_folder(options), own);
  // What all parts share, one of them writes.
  check_seed(options, own.index == 0);
  if (own.index == 0) {
    face::save_regions(options.out / "regions", face::builtin_face().regions);
    data::save_conditions(part_folder(options), default_conditions());
  }
  CorpusReport report;
  report.left_out = how_to_install(listed.missing);
  const std::vector<Job> jobs = own_of(choose_jobs(options, listed.prompts), own);
  const Maker maker(options);
  start_speech_process();  // before there are threads
  ThreadPool pool(options.threads);
  Progress progress("synthetic corpus", static_cast<int64_t>(jobs.size()), "clips", options.quiet);
  std::mutex mutex;
  pool.parallel_for(static_cast<int64_t>(jobs.size()), [&](int64_t i) {
    const Job& job = jobs[static_cast<size_t>(i)];
    const std::string stem = data::format_stem(job.name, default_conditions());
    const bool kept = maker.complete(stem);
    if (!kept) maker.make(job);
    progress.advance();
    const fs::path labels = part_folder(options) / "phones" / (stem + ".lab");
    const auto phones = data::load_phones(labels);
    if (job.prompt != nullptr && phones != job.prompt->phones) {
      fail("{}: not the phones of {}, which belongs here; choose another folder", labels.string(),
           job.prompt->name);
    }
    const std::lock_guard lock(mutex);
    ++(kept ? report.kept : report.written);
    report.real += job.prompt != nullptr;
    report.duration_s += phones.empty() ? 0.0 : phones.back().end_s;
  });
  return report;
}

}  // namespace flowtalk::synth
