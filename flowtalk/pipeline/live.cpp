#include "flowtalk/pipeline/live.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <thread>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/live/sender.h"
#include "flowtalk/model/lookahead.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/film.h"
#include "flowtalk/pipeline/live_control.h"
#include "flowtalk/pipeline/live_performer.h"
#include "flowtalk/pipeline/live_show.h"
#include "flowtalk/pipeline/live_voice.h"
#include "flowtalk/pipeline/sweep.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace {

using live::Clock;

constexpr std::chrono::milliseconds kLookAgain{20};  // whether it is over

bool stopped() { return StopRequests::asked(); }

// Which of these fields was given, if any.
const char* first_given(const Given& given, std::initializer_list<const char*> fields) {
  const auto found = std::ranges::find_if(fields, [&](const char* f) { return given(f); });
  return found == fields.end() ? nullptr : *found;
}

// Of the standard input: bare samples where something is said that only those need.
audio::PcmForm form_of(const LiveOptions& o) {
  const bool bare = !o.given("format") && first_given(o.given, {"rate", "channels"}) != nullptr;
  return bare ? audio::PcmForm::kS16 : o.pipe.format;
}

void check_source(const LiveOptions& o) {
  const int sources = (o.voice.empty() ? 0 : 1) + (o.motion.empty() ? 0 : 1) +
                      (o.pipe.from_stdin ? 1 : 0) + (o.microphone ? 1 : 0);
  if (sources != 1) {
    fail_usage("{} a sound file, {}, {} for sound in a pipe, or {} FILE",
               sources == 0 ? "what is to be heard or shown? give" : "give one of:",
               Field("microphone"), Field("stdin"), Field("motion"));
  }
  if (!o.pipe.from_stdin) {
    const char* of_pipe = first_given(o.given, {"format", "rate", "channels"});
    if (of_pipe != nullptr) {
      fail_usage("{} is of sound in a pipe; give {}, or leave it out", Field(of_pipe),
                 Field("stdin"));
    }
  } else if (form_of(o) != audio::PcmForm::kWav && !o.given("rate")) {
    fail_usage("{}: bare samples do not say their rate; give {}",
               Field(o.given("format") ? "format" : "channels"), Field("rate"));
  }
  if (o.asked.emotion == "all") {
    fail_usage("{} all: one face is sent at a time; name one emotion", Field("emotion"));
  }
  if (o.motion.empty()) return refuse_reading(o.given, "a voice is heard");
  const char* of_voice = first_given(
      o.given, {"emotion", "id", "intensity", "strength", "temperature", "blinks", "seed", "take",
                "model", "encoder", "threads", "output", "head", "gaze", "liveliness", "control"});
  if (of_voice != nullptr) {
    fail_usage("{} is of a voice that is heard; {} {} is finished, so leave it out",
               Field(of_voice), Field("motion"), o.motion);
  }
}

void check_output(const LiveOptions& o) {
  if (o.output.empty()) return;
  if (!motion::is_motion_name(o.output) && !video::is_film_name(o.output)) {
    fail_usage("{} {}: expected a name that ends in {}, or for a film in {}", Field("output"),
               o.output, motion::kMotionEndings, video::kFilmEndings);
  }
  check_writable(o.output);
  refuse_to_replace(o.output, {o.voice});
}

void check_look(const LiveOptions& o) {
  if (o.look.preview || video::is_film_name(o.output)) return o.look.check();
  const char* of_pictures = first_given(o.given, {"size", "camera", "look", "face", "person"});
  if (of_pictures != nullptr) {
    fail_usage("{} is of what is drawn; give {}, or a film as {}", Field(of_pictures),
               Field("preview"), Field("output"));
  }
}

std::vector<live::Target> targets_of(const LiveOptions& o) {
  if (o.to.empty() && o.output.empty() && !o.look.preview) {
    fail_usage("where to? for example {} livelink, {} vmc://192.168.1.20 or {}", Field("to"),
               Field("to"), Field("preview"));
  }
  live::check_subject(o.subject);
  if (o.given("moods") && o.names != live::ShapeNames::kPresets) {
    fail_usage("{} is of presets; give {} {}, or leave it out", Field("moods"), Field("names"),
               text_of(live::ShapeNames::kPresets));
  }
  std::vector<live::Target> targets;
  const std::string where = fmt::format("{}", Field("to"));
  for (const std::string& text : o.to) targets.push_back(live::target_of(text, where));
  return targets;
}

class Live {
 public:
  Live(LiveOptions options, const Reporter& reporter)
      : o_(std::move(options)), reporter_(reporter), targets_(targets_of(o_)) {
    live::Sending sending;
    sending.subject = o_.subject;
    sending.names = o_.names;
    sending.moods = o_.moods;
    sending.rate = o_.fps;
    sender_.emplace(targets_, sending, reporter_);
    for (const live::Target& target : targets_) report_.targets.push_back(target.text());
    if (o_.given("control")) {
      control_ = control_place(o_.control, fmt::format("{}", Field("control")));
    }
    if (o_.look.preview) warn_of_drawing(preview_.emplace(o_.look).stage(), reporter_);
  }

  LiveReport run() {
    if (!o_.motion.empty()) {
      const auto file = read_motion(o_.motion, motion::Axes::kBuiltin, o_.reading, reporter_);
      if (!o_.reading.motion_fps && !file.says_rate) note_untold_rates({o_.motion}, reporter_);
      with_context(o_.motion, [&] { play(file.motion); });
      return report_;
    }
    if (!o_.voice.empty()) voice_ = load_voice(o_.voice, reporter_);
    const ModelOptions& model = o_.asked.model;
    const auto config = predict::load_config(model.folder());
    const bool live = model::hears_live(config);
    if (!voice_) require_live(config);
    if (control_ && !live) {
      fail("{} hears whole clips, so that nothing can change on the way; leave {} out",
           model.folder().string(), Field("control"));
    }
    o_.asked.strength.check(o_.given);
    const PerformanceOptions performance = o_.asked.performance();
    const std::vector<std::string> emotions =
        o_.asked.emotion.empty() ? std::vector<std::string>() : std::vector{o_.asked.emotion};
    warn_of_words(emotions, o_.asked.strength, o_.given, config.conditions, reporter_);
    const SweepCell cell = sweep_cells("", emotions, performance, false, config.conditions).front();
    const predict::Session session = model.load(reporter_);
    predict::require_motion(session.model());
    performance.sampling.check_family(session.model(), 1, performance.take,
                                      performance.performing.asked());
    live ? stream(session, cell) : predict_whole(session, cell);
    return report_;
  }

 private:
  // Error: what the model lacks, and what can be done without it.
  void require_live(const model::ModelConfig& config) {
    try {
      model::require_live(config, o_.asked.model.folder().string());
    } catch (const Error& e) {
      fail("{}, or give a sound file, which it hears as a whole", e.marked());
    }
  }

  // Sends and shows until it is over or somebody asks to stop, while `hear` goes on beside it.
  // Errors of all three.
  void send(LiveShow& show, const std::function<void()>& hear) {
    live::Sent sent;
    std::array<std::exception_ptr, 3> errors;
    const auto guarded = [&](size_t who, const std::function<void()>& work) {
      try {
        work();
      } catch (...) {
        errors[who] = std::current_exception();
        sender_->stop();
      }
    };
    over_ = false;
    std::thread sending([&] {
      guarded(0, [&] {
        sent = sender_->run(Clock::now(), [&](int64_t n, auto t) { return show.scored(n, t); });
      });
      over_ = true;
    });
    std::thread hearing([&] { guarded(1, hear); });
    guarded(2, [&] { wait(show); });
    sending.join();
    hearing.join();
    for (const std::exception_ptr& error : errors) {
      if (error) std::rethrow_exception(error);
    }
    report_.frames = sent.frames;
    report_.packets = sent.packets;
    report_.left_out = sent.left_out;
    report_.refused = sent.refused;
    report_.behind_ms = spread_of(sent.behind_ms);
    if (show.cut().is_seen()) reporter_.warn(show.cut().text(sent.frames));
  }

  void wait(LiveShow& show) {
    while (!over_) {
      if (stopped()) sender_->stop();
      if (!preview_) {
        std::this_thread::sleep_for(kLookAgain);
      } else if (preview_->step(show)) {
        report_.pictures = preview_->pictures();
      } else {
        sender_->stop();
        preview_.reset();
      }
    }
  }

  void play(const motion::Motion& motion) {
    PlayedShow show(motion, o_.fps.hz(), o_.gain);
    report_.heard_s = motion.duration_s();
    send(show, [] {});
  }

  void predict_whole(const predict::Session& session, const SweepCell& cell) {
    reporter_.note(fmt::format("{} hears whole clips: {} is heard to its end, then shown",
                               session.model().name(), o_.voice));
    const auto motion =
        performed_takes(session, hear(session, *voice_), cell, o_.asked.performing, 1).front();
    play(motion);
    keep(motion, *voice_);
  }

  void stream(const predict::Session& session, const SweepCell& cell) {
    if (session.config().axes != motion::Axes::kBuiltin) {
      fail("{}: moves the axes of {}, expected those of {}, which are named after ARKit's shapes",
           session.model().name(), owner_of(session.config().axes),
           owner_of(motion::Axes::kBuiltin));
    }
    const auto model = stream::LiveModel::of(session.shared_model());
    const auto plan = plan_of(cell, o_.asked.performing, session.config());
    stream::StreamOptions how = stream_options(cell.options, plan.has_value());
    std::optional<LiveControl> control;
    if (control_) {
      const Conditions& conditions = session.config().conditions;
      control.emplace(*control_, conditions, how, o_.asked.strength.value(conditions), reporter_);
    }
    warm_up(session, model, how);
    const auto sound = open_sound();
    if (stopped()) return;
    how.rate_hz = sound->rate_hz();
    stream::Stream stream(model, how);
    std::optional<LivePerformer> performer;
    if (plan) performer.emplace(*plan, how.rate_hz);
    const auto lookahead = model::lookahead_samples(session.config());
    const auto first = model::heard_until(session.config(), 0);
    live::Playback playback(flame::kFps, static_cast<double>(lookahead - first) / flame::kAudioHz);
    LiveVoice voice(session, stream, *sound, playback);
    if (performer) voice.perform_by(*performer);
    if (control) voice.obey(*control);
    voice.keep(!o_.output.empty(), video::is_film_name(o_.output));
    StreamedShow show(
        playback, [&] { return voice.begin(); }, o_.gain);
    HeardLive heard;
    send(show, [&] { heard = voice.run([&] { return stopped() || over_; }); });
    if (const auto remark = sound->remark(); !remark.empty()) reporter_.warn(remark);
    report_.streamed = true;
    if (control) report_.changes = control->changes();
    report_.heard_s = static_cast<double>(heard.samples) / sound->rate_hz();
    report_.gaps = heard.gaps;
    report_.gap_s = static_cast<double>(heard.gap_samples) / sound->rate_hz();
    report_.lookahead_ms = 1e3 * static_cast<double>(lookahead) / flame::kAudioHz;
    report_.step_ms = spread_of(heard.step_ms);
    report_.age_ms = spread_of(show.age_ms());
    if (!heard.rows.empty()) keep(motion_of(std::move(heard.rows), plan), heard.sound);
  }

  static stream::StreamOptions stream_options(const predict::PredictOptions& asked,
                                              bool performed) {
    stream::StreamOptions how;
    how.emotion = asked.asked.emotion;
    how.strength = asked.asked.strength;
    how.style = asked.asked.style;
    how.temperature = asked.temperature;
    how.region_temperature = asked.region_temperature;
    how.blinks_per_minute = performed ? std::optional(0.0f) : asked.blinks_per_minute;
    how.seed = asked.seed;
    how.take = asked.take;
    return how;
  }

  // As performed_takes has it.
  static motion::Motion motion_of(std::vector<float> rows,
                                  const std::optional<PerformancePlan>& plan) {
    const int64_t width = plan ? kPosedRow : motion::kLive;
    const auto frames = static_cast<int64_t>(rows.size()) / width;
    const tensor::Tensor table({frames, width}, std::move(rows));
    motion::Motion made;
    made.expression = {table, 0, motion::kLiveExpression};
    made.jaw = {table, motion::kJawAt, flame::kJaw};
    if (plan && (plan->amounts.head > 0 || plan->amounts.breath > 0)) {
      made.root = {table, kPosedAt, 3};
      made.neck = {table, kPosedAt + 3, 3};
      made.translation = {table, kPosedAt + 6, 3};
    }
    return made;
  }

  // What is done at the first use of a model is done before the first frame has to be in time.
  static void warm_up(const predict::Session& session,
                      const std::shared_ptr<const stream::LiveModel>& model,
                      const stream::StreamOptions& how) {
    stream::Stream stream(model, how);
    stream.push(std::vector<float>(
        static_cast<size_t>(model::lookahead_samples(session.config()) + flame::kAudioHz / 4)));
    stream.run(session);
  }

  std::unique_ptr<LiveSound> open_sound() {
    if (voice_) return sound_of(std::move(*voice_));
    if (o_.microphone) {
      return sound_of_microphone(*o_.microphone == kUsualMicrophone ? "" : *o_.microphone);
    }
    const PipeForm form{form_of(o_), o_.pipe.rate, o_.pipe.channels};
    return sound_of_pipe(STDIN_FILENO, "the standard input", form, stopped);
  }

  void keep(const motion::Motion& motion, const audio::Audio& sound) {
    if (o_.output.empty()) return;
    note_new_folders({o_.output}, reporter_);
    if (video::is_film_name(o_.output)) {
      Stage stage({{"", motion}}, o_.look.stage());
      save_film(stage, o_.output, video::soundtrack_of(sound), {}, reporter_);
    } else {
      make_parent_folder(o_.output);
      motion::save_motion(o_.output, motion, {motion::kWideRow, expression_names(motion.axes)});
    }
    report_.kept = o_.output;
  }

  LiveOptions o_;
  const Reporter& reporter_;
  std::vector<live::Target> targets_;
  std::optional<live::Place> control_;
  std::optional<audio::Audio> voice_;  // of a file
  std::optional<live::Sender> sender_;
  std::optional<LivePreview> preview_;
  std::atomic<bool> over_ = false;
  LiveReport report_;
};

}  // namespace

PerformanceOptions LiveAskedOptions::performance() const {
  PerformanceOptions performance;
  performance.id = id;
  performance.strength = strength;
  performance.take = take;
  performance.performing = performing;
  performance.sampling.temperature = temperature;
  performance.sampling.blinks = blinks;
  performance.sampling.seed = seed;
  performance.sampling.model = model;
  return performance;
}

Spread spread_of(const Tally& values) { return {values.quantile(0.5), values.quantile(0.99)}; }

LiveReport live(LiveOptions options, const Reporter& reporter) {
  check_source(options);
  check_output(options);
  check_look(options);
  const StopRequests requests(StopRequests::By::kPeople);
  return Live(std::move(options), reporter).run();
}

}  // namespace flowtalk::pipeline
