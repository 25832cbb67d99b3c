#include "flowtalk/pipeline/restyle.h"

#include <filesystem>
#include <optional>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/restyle.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

bool is_film(const RestyleOptions& o) { return video::is_film_name(o.output); }

bool new_strength(const RestyleOptions& o) { return o.given("strength") || o.given("intensity"); }

void check_conditions(const RestyleOptions& o, const Conditions& conditions) {
  if (o.from.emotion.empty() && (o.given("from_intensity") || o.given("from_strength"))) {
    fail_usage("{} and {} need {}", Field("from_intensity"), Field("from_strength"),
               Field("from_emotion"));
  }
  for (const ConditionOptions* options : {&o.from, &o.to}) {
    options->strength.check(o.given);
    options->style_index(conditions);
    options->strength.value(conditions);
    if (!options->emotion.empty()) options->condition(0, conditions);
  }
  if (o.to.emotion.empty() && o.to.id.empty() && o.curve.curve.empty() && !new_strength(o)) {
    fail_usage("what is to change? give {}, {}, {}, or {} for another speaking style",
               Field("emotion"), Field("strength"), Field("curve"), Field("id"));
  }
}

void check(const RestyleOptions& o, const Conditions& conditions) {
  if (o.voice.empty() || o.motion.empty()) {
    fail_usage("which performance? give the voice and {}, its .npy file", Field("motion"));
  }
  if (o.output.empty()) {
    fail_usage("where to? {} FILE.npy writes the motion, {} FILE.mp4 a film", Field("output"),
               Field("output"));
  }
  if (!motion::is_motion_name(o.output) && !is_film(o)) {
    fail_usage("{} '{}': expected a name that ends in {}, or in {}", Field("output"), o.output,
               motion::kMotionEndings, video::kFilmEndings);
  }
  if (!motion::is_row_width(o.width)) {
    fail_usage("{} {}: expected {}, {} or {}", Field("width"), o.width, motion::kWideRow,
               motion::kNarrowRow, motion::kLive);
  }
  const std::vector<const char*> of_other =
      is_film(o)
          ? std::vector{"width"}
          : std::vector{"size",       "columns", "look", "title",     "crf",     "fps",    "camera",
                        "background", "settle",  "face", "templates", "subject", "regions"};
  for (const char* field : of_other) {
    if (!o.given(field)) continue;
    fail_usage("{} belongs to {} with a name that ends in {}", Field(field), Field("output"),
               is_film(o) ? ".npy" : ".mp4");
  }
  if (is_film(o)) video::check_film(o.output, o.stage.background.transparent(), "output");
  check_conditions(o, conditions);
  check_subject(o.stage.face);
  check_writable(o.output);
  refuse_to_replace(o.output, {o.voice, o.motion, o.curve.curve});
}

// A condition and how it is called in what is printed: "happy", "happy high".
struct NamedCondition {
  condition::Asked condition;
  std::string emotion, label;
};

// The condition that was recorded: as told, else by Bayes' rule.
NamedCondition origin_of(const RestyleOptions& o, const predict::Session& session,
                         const predict::SpeechFeatures& speech, const motion::Motion& motion) {
  const Conditions& conditions = session.config().conditions;
  const auto told = o.from.style_index(conditions);
  if (!o.from.emotion.empty()) {
    const int style =
        told ? *told
             : analyse::likeliest_style(session, speech, motion, o.from.condition(0, conditions));
    return {o.from.condition(style, conditions), parse_mood(o.from.emotion, conditions).label,
            o.from.label(conditions)};
  }
  const auto seen = analyse::recognise(session, speech, motion, told);
  const auto label = analyse::Labels(conditions).at(seen.most_likely());
  return {analyse::condition_of(label, seen.style, conditions),
          conditions.emotions[static_cast<size_t>(label.emotion)], text_of(label, conditions)};
}

// What is to be shown: the condition as it was, but for what was given. A curve without a base of
// its own lies over that.
NamedCondition target_of(const RestyleOptions& o, const NamedCondition& from,
                         const std::optional<condition::Timeline>& curve,
                         const predict::SpeechFeatures& speech, const Conditions& conditions,
                         const Reporter& reporter) {
  NamedCondition to = from;
  to.condition.style = o.to.style_index(conditions).value_or(from.condition.style);
  if (!o.to.emotion.empty()) {
    to = {o.to.condition(to.condition.style, conditions),
          parse_mood(o.to.emotion, conditions).label, o.to.label(conditions)};
  } else if (new_strength(o)) {
    if (from.condition.strength == 0) {
      fail_usage("what was recorded is {}, which has no strength; give {} too", from.label,
                 Field("emotion"));
    }
    to.condition.strength = o.to.strength.value(conditions);
    to.label = from.emotion + " " + o.to.strength.label(' ', conditions);
  }
  if (curve) {
    const auto base = condition::amounts_of(to.condition.emotion, double{to.condition.strength});
    to.condition.curve = o.curve.along(*curve, speech, base, reporter);
    to.label = o.curve.curve;
  }
  return to;
}

void save(const RestyleOptions& o, const predict::Session& session, const motion::Motion& shown,
          const audio::Audio& voice, const Reporter& reporter) {
  if (!is_film(o)) {
    motion::save_motion(o.output, shown, {o.width, expression_names(shown.axes)});
    return;
  }
  Stage stage({{"", settled(shown, o.film.settle)}}, o.stage);
  warn_of_other_axes(session.config().axes, stage.face(), reporter);
  warn_of_lost_coefficients(shown, stage.chosen(), reporter);
  const std::vector<fs::path> voices = {o.voice};
  save_film(stage, o.output, sound_of(voices, 0, voice, reporter), o.film, reporter);
}

std::string text_of(const NamedCondition& x, const Conditions& conditions) {
  return fmt::format("{} of {}", x.label,
                     conditions.styles[static_cast<size_t>(x.condition.style)]);
}

}  // namespace

Restyled restyle(RestyleOptions o, const Reporter& reporter) {
  o.stage.face.subject = o.subject;
  o.stage.threads = o.model.threads;
  const Conditions conditions = o.model.conditions();
  check(o, conditions);
  const auto curve = o.curve.load(o.given, conditions);
  const predict::Session session = o.model.load(reporter);
  analyse::require_density(session.model(), "restyle");
  const motion::Motion recorded =
      load_performance(o.motion, session.config().axes, o.reading, reporter);
  const audio::Audio voice = load_voice(o.voice, reporter);
  const auto speech = with_context(o.voice, [&] { return session.encode(voice); });
  Restyled result;
  const motion::Motion made = with_context(o.motion, [&] {
    const NamedCondition origin = origin_of(o, session, speech, recorded);
    const NamedCondition target = target_of(o, origin, curve, speech, conditions, reporter);
    result.from = text_of(origin, conditions);
    result.to = text_of(target, conditions);
    return analyse::restyle(session, speech, recorded, origin.condition, target.condition,
                            static_cast<float>(o.keep));
  });
  warn_of_impossible(session, o.motion, recorded, reporter);
  note_new_folders({o.output}, reporter);
  save(o, session, beside(made, recorded), voice, reporter);
  result.path = o.output;
  result.frames = made.frames();
  return result;
}

}  // namespace flowtalk::pipeline
