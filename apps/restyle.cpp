// flowtalk restyle: a recorded performance with another emotion, strength or speaking style.
#include "flowtalk/analyse/restyle.h"

#include <fmt/core.h>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/curve.h"
#include "apps/film.h"
#include "apps/judged.h"
#include "apps/outputs.h"
#include "apps/voices.h"
#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/recognition.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk restyle voice.wav --motion happy.npy --emotion angry --intensity high -o new.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --from-emotion happy --from-intensity high\n"
    "      --from-id M003 --emotion happy --strength 0.4 -o calmer.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --curve curve.json -o mood.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --id W011 -o hers.mp4\n";

struct RestyleCommand {
  std::string voice, motion, output;
  ConditionOptions from, to;
  CurveOption curve;
  bool new_strength = false;  // --strength or --intensity are given
  double keep = 1;
  int64_t width = 403;
  ModelChoice model;
  StageOptions stage;
  FilmOptions film;

  bool is_film() const { return fs::path(output).extension() == ".mp4"; }
};

void declare(CLI::App& app, RestyleCommand& c) {
  app.add_option("VOICE,--wav-path", c.voice, "the sound file that goes with the motion");
  app.add_option("--motion", c.motion, "the recorded performance (.npy)");
  c.to.add_to(app, "", "the new condition (default: as it was)");
  c.curve.add_to(app);
  app.add_option("--subject", c.stage.face.subject,
                 "of a film: whose face, by its name in --templates");
  c.from.add_to(app, "from-", "what was recorded (default: the most likely)");
  app.add_option("--keep", c.keep, "how much of the take itself is kept, 0 to 1 (default 1)")
      ->check(number_between(0, 1));
  app.add_option("--width", c.width, "values per frame: 403 (3DMEAD), 353 or 53")
      ->check(CLI::IsMember({403, 353, 53}));
  app.add_option("-o,--output,--save-path", c.output, "motion (.npy) or film (.mp4)");
  add_film_options(app, c.stage, c.film);
  c.model.add_to(app);
  app.footer(kExamples);
}

void check(const RestyleCommand& c, const CLI::App& app) {
  if (c.voice.empty() || c.motion.empty()) {
    fail_usage("which performance? give the voice and --motion, its .npy file");
  }
  const std::string extension = fs::path(c.output).extension().string();
  if (extension != ".npy" && extension != ".mp4") {
    fail_usage("-o '{}': expected a name that ends in .npy or .mp4", c.output);
  }
  const std::vector<const char*> of_other =
      c.is_film() ? std::vector{"--width"}
                  : std::vector{"--size", "--columns",   "--look",    "--title",  "--crf",
                                "--face", "--templates", "--subject", "--regions"};
  for (const char* option : of_other) {
    if (app.count(option) == 0) continue;
    fail_usage("{} belongs to -o with a name that ends in {}", option,
               c.is_film() ? ".npy" : ".mp4");
  }
  if (c.from.emotion.empty() && app.count("--from-intensity") + app.count("--from-strength") > 0) {
    fail_usage("--from-intensity and --from-strength need --from-emotion");
  }
  for (const ConditionOptions* options : {&c.from, &c.to}) {
    options->style_index();
    options->strength.value();
    if (!options->emotion.empty()) options->condition(0);
  }
  if (c.to.emotion.empty() && c.to.style.empty() && c.curve.file.empty() && !c.new_strength) {
    fail_usage(
        "what is to change? give --emotion, --strength, --curve, or --id for another speaking "
        "style");
  }
}

// A condition and how it is called in what is printed: "happy", "happy high".
struct NamedCondition {
  condition::Asked condition;
  std::string emotion, label;
};

// The condition that was recorded: as told, else by Bayes' rule.
NamedCondition origin_of(const RestyleCommand& c, const predict::Session& session,
                         const predict::SpeechFeatures& speech, const motion::Motion& motion) {
  const auto told = c.from.style_index();
  if (!c.from.emotion.empty()) {
    const int style =
        told ? *told : analyse::likeliest_style(session, speech, motion, c.from.condition(0));
    return {c.from.condition(style), parse_mood(c.from.emotion).label, c.from.label()};
  }
  const auto seen = analyse::recognise(session, speech, motion, told);
  const auto label = analyse::label_at(seen.most_likely());
  return {condition_of(label, seen.style),
          std::string(kEmotions[static_cast<size_t>(label.emotion)]), text_of(label)};
}

// What is to be shown: the condition as it was, but for what was given. A curve without a base of
// its own lies over that.
NamedCondition target_of(const RestyleCommand& c, const NamedCondition& from,
                         const std::optional<condition::Timeline>& curve,
                         const predict::SpeechFeatures& speech) {
  NamedCondition to = from;
  to.condition.style = c.to.style_index().value_or(from.condition.style);
  if (!c.to.emotion.empty()) {
    to = {c.to.condition(to.condition.style), parse_mood(c.to.emotion).label, c.to.label()};
  } else if (c.new_strength) {
    if (from.condition.strength == 0) {
      fail_usage("what was recorded is {}, which has no strength; give --emotion too", from.label);
    }
    to.condition.strength = c.to.strength.value();
    to.label = from.emotion + " " + c.to.strength.label(' ');
  }
  if (curve) {
    const auto base = condition::amounts_of(to.condition.emotion, double{to.condition.strength});
    to.condition.curve = c.curve.along(*curve, speech, base, c.film.quiet);
    to.label = c.curve.file;
  }
  return to;
}

void save(const RestyleCommand& c, const predict::Session& session, const motion::Motion& made,
          const motion::Motion& recorded, const audio::Audio& voice) {
  const motion::Motion shown = beside(made, recorded);
  if (!c.is_film()) {
    motion::save_motion(c.output, shown, c.width);
    return;
  }
  StageOptions options = c.stage;
  options.threads = c.model.threads;
  Stage stage({{"", shown}}, options);
  if (!c.film.quiet) {
    warn_of_other_axes(session.config().axes, stage.face());
    warn_of_lost_coefficients(shown, stage.face());
  }
  save_film(stage, c.output, voice, c.film);
}

}  // namespace

int restyle(const Args& args) {
  RestyleCommand c;
  CLI::App app(
      "Gives a recorded performance another emotion, strength or speaking style; its timing and "
      "its lips stay.",
      "flowtalk restyle");
  declare(app, c);
  if (!parse(app, args)) return 0;
  c.new_strength = app.count("--strength") + app.count("--intensity") > 0;
  check(c, app);
  const auto curve = c.curve.load(app);
  check_subject(c.stage.face);
  check_writable(c.output);
  refuse_to_replace(c.output, {c.voice, c.motion, c.curve.file});
  const predict::Session session = c.model.load();
  analyse::require_density(session.model(), "restyle");
  const motion::Motion motion = load_performance(c.motion, session.config().axes);
  const audio::Audio voice = load_voice(c.voice);
  const auto speech = with_context(c.voice, [&] { return session.encode(voice); });
  const auto [from, to, made] = with_context(c.motion, [&] {
    const NamedCondition origin = origin_of(c, session, speech, motion);
    const NamedCondition target = target_of(c, origin, curve, speech);
    return std::tuple(origin, target,
                      analyse::restyle(session, speech, motion, origin.condition, target.condition,
                                       static_cast<float>(c.keep)));
  });
  if (!c.film.quiet) warn_of_impossible(session, c.motion, motion);
  save(c, session, made, motion, voice);
  if (!c.film.quiet) {
    const auto text = [](const NamedCondition& x) {
      return fmt::format("{} of {}", x.label, kStyles[static_cast<size_t>(x.condition.style)]);
    };
    fmt::print("{}: {} frames, {} -> {}\n", c.output, made.frames(), text(from), text(to));
  }
  return 0;
}

}  // namespace flowtalk::apps
