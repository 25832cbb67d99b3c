// From speech features and options to motion.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::predict {
namespace {

using ops::NativeOps;
using tensor::Tensor;
using Condition = condition::Condition<NativeOps>;

constexpr int64_t kFramesAtOnce = 4096;

const RegionShares& shares_of(const PredictOptions& options, const model::ModelConfig& config) {
  const RegionShares& shares = options.regions ? *options.regions : builtin_shares();
  if (shares.axes() != config.axes) {
    fail_usage(
        "temperature per region: the model moves the expression axes of {}, the regions are "
        "those of {}; give {} its face",
        owner_of(config.axes), owner_of(shares.axes()), Field("face"));
  }
  return shares;
}

// Guidance pushes c away from the neutral condition, so that neutral frames (where both are the
// same bits) stay as they are.
Condition guided(NativeOps& ops, const Condition& emotional, const Condition& neutral,
                 float guidance) {
  const Tensor change = ops.sub(emotional.values, neutral.values);
  Condition changed = emotional;
  changed.values = ops.add(neutral.values, ops.scale(change, guidance));
  return changed;
}

// The first `frames` of each of (N, T, W), checked.
void append_frames(const Tensor& motions, int64_t frames, std::vector<Tensor>& each) {
  for (const float v : motions.values()) {
    if (!std::isfinite(v)) fail("predict: the model gave a value that is not finite; retrain it");
  }
  const auto all = static_cast<size_t>(motions.dim(1) * motions.dim(2));
  const auto wanted = static_cast<size_t>(frames * motions.dim(2));
  for (size_t i = 0; i < static_cast<size_t>(motions.dim(0)); ++i) {
    each.emplace_back(tensor::Shape{frames, motions.dim(2)},
                      motions.values().subspan(i * all, wanted));
  }
}

// A motion (frames, W) per noise. Those of a short clip share one pass, those of a long one do
// not, so that memory stays that of one.
std::vector<Tensor> play(const Workspace& work, const Condition& c, const PredictOptions& options,
                         std::span<const NoiseAddress> noises, int64_t frames) {
  const auto at_once = static_cast<size_t>(std::max<int64_t>(1, kFramesAtOnce / frames));
  std::vector<Tensor> motions;
  const auto by = [&](const auto& generator) {
    const auto prepared = generator.prepare(work.ops, c);
    for (size_t begin = 0; begin < noises.size(); begin += at_once) {
      const auto some = noises.subspan(begin, std::min(at_once, noises.size() - begin));
      const generate::SampleOptions asked{some, options.skip_steps, options.sampler,
                                          options.given.get()};
      const auto z = generator.sample(work.ops, prepared, asked);
      append_frames(work.network.prior.decode(work.ops, z.values), frames, motions);
    }
  };
  std::visit(by, work.network.generator);
  return motions;
}

// The motion with blinks drawn for the voice, the seed and the take.
Tensor with_blinks(Tensor motion, const SpeechFeatures& speech, const PredictOptions& options,
                   float per_minute) {
  if (per_minute <= 0) return motion;
  Tensor made = motion.clone();
  const Rng rng = Rng(options.seed).fork("blinks").fork(options.take);
  const auto lids = face::draw_blinks(made.dim(0), per_minute, speech.loudness, rng);
  for (size_t t = 0; t < lids.size(); ++t) {
    face::blink_shut(made.values().subspan(t * motion::kLive, motion::kLive), {lids[t], lids[t]});
  }
  return made;
}

// The noises of takes, one take after the other.
struct Noises {
  std::vector<NoiseAddress> all;
  size_t per_take = 0;                             // one for each temperature
  std::array<size_t, kMotionRegions> of_region{};  // which of a take's
};

// The same noise at each temperature.
Noises noises_of(const PredictOptions& options, const RegionTemperatures& temperatures,
                 int64_t takes) {
  Noises noises;
  std::vector<float> apart;
  for (size_t r = 0; r < kMotionRegions; ++r) {
    const auto known = std::find(apart.begin(), apart.end(), temperatures[r]);
    noises.of_region[r] = static_cast<size_t>(known - apart.begin());
    if (known == apart.end()) apart.push_back(temperatures[r]);
  }
  noises.per_take = apart.size();
  for (int64_t take = 0; take < takes; ++take) {
    for (const float temperature : apart) {
      noises.all.push_back({options.seed, options.take + static_cast<uint32_t>(take), temperature});
    }
  }
  return noises;
}

// A motion (T, W) for each noise: the performances under each emotion, blended. The condition is
// made once for all.
std::vector<Tensor> perform(const Session& session, const SpeechFeatures& speech,
                            const PredictOptions& options, std::span<const NoiseAddress> noises) {
  const int64_t frames = speech.values.dim(1);
  const model::ModelConfig& config = session.config();
  const Workspace work(session);
  NativeOps& ops = work.ops;
  const auto& conditioner = work.network.conditioner;
  const int64_t style = options.asked.style;
  const Tensor heard = heard_of(ops, speech, config);
  const int64_t made = frames + (config.timing.padded() ? frames % 2 : 0);
  std::optional<Condition> neutral;
  if (options.guidance != 1) {
    const auto none =
        condition::EmotionCurve::constant(config.conditions.only(kNeutral), 0, heard.dim(1));
    neutral = first_frames(ops, conditioner(ops, heard, none, {&style, 1}), made);
  }
  std::vector<Blend> blends(noises.size());
  const auto curve = condition::curve_of(options.asked, config.conditions, heard.dim(1));
  for (const auto& emotion : condition::emotions_apart(curve)) {
    Condition c = first_frames(ops, conditioner(ops, heard, emotion.curve, {&style, 1}), made);
    if (neutral) c = guided(ops, c, *neutral, options.guidance);
    const auto played = play(work, c, options, noises, frames);
    for (size_t i = 0; i < played.size(); ++i) blends[i].add(played[i], emotion.share);
  }
  std::vector<Tensor> motions;
  for (const Blend& blend : blends) motions.push_back(blend.motion());
  return motions;
}

void check_all(const Session& session, const SpeechFeatures& speech,
               const PredictOptions& options) {
  check(options, session.config().conditions, speech.values.dim(1));
  check_family(options, session.model());
  check_form(options, session.model());
}

}  // namespace

Tensor heard_of(NativeOps& ops, const SpeechFeatures& speech, const model::ModelConfig& config) {
  if (!speech.beyond.empty()) return ops.concat({speech.values, speech.beyond}, 1);
  return config.timing.padded() ? even_frames(ops, speech.values) : speech.values;
}

void Blend::add(const Tensor& motion, std::span<const float> share) {
  if (first_.size() == 0) {
    first_ = motion;
    sum_ = motion.clone();  // copies share their values
    return;
  }
  const int64_t width = motion.dim(1);
  for (int64_t i = 0; i < motion.size(); ++i) {
    const float part = share[static_cast<size_t>(i / width)];
    sum_[i] = part == 1 ? motion[i] : sum_[i] + part * (motion[i] - first_[i]);
  }
}

motion::Motion Session::predict(const SpeechFeatures& speech, const PredictOptions& options) const {
  return std::move(predict_takes(speech, options, 1).front());
}

std::vector<motion::Motion> Session::predict_takes(const SpeechFeatures& speech,
                                                   const PredictOptions& options,
                                                   int64_t count) const {
  FT_CHECK(count > 0, "{} takes", count);
  require_motion(model());
  check_all(*this, speech, options);
  const float blinks = blinks_of(options, config());
  const bool regions_known = options.regions || config().axes == motion::Axes::kBuiltin;
  const Noises noises =
      noises_of(options, temperatures_of(options, config(), regions_known), count);
  const auto motions = perform(*this, speech, options, noises.all);
  std::vector<motion::Motion> takes;
  for (size_t take = 0; take < static_cast<size_t>(count); ++take) {
    const auto of = [&](size_t noise) { return motions[take * noises.per_take + noise]; };
    Tensor joined = of(0);
    if (noises.per_take > 1) {
      std::array<Tensor, kMotionRegions> by_region;
      for (size_t r = 0; r < kMotionRegions; ++r) by_region[r] = of(noises.of_region[r]);
      joined = shares_of(options, config()).join(by_region);
    }
    PredictOptions own = options;
    own.take += static_cast<uint32_t>(take);
    takes.push_back(motion::of_live(with_blinks(joined, speech, own, blinks), config().axes));
  }
  return takes;
}

Tensor Session::predict_vertices(const SpeechFeatures& speech,
                                 const PredictOptions& options) const {
  return std::move(predict_vertex_takes(speech, options, 1).front());
}

std::vector<Tensor> Session::predict_vertex_takes(const SpeechFeatures& speech,
                                                  const PredictOptions& options,
                                                  int64_t count) const {
  FT_CHECK(count > 0 && config().vertices > 0, "{} takes, {} vertices", count, config().vertices);
  check_all(*this, speech, options);
  if (options.region_temperature) {
    fail_usage("{}: a temperature per region is for models of FLAME; give one number",
               Field("temperature"));
  }
  if (options.blinks_per_minute.value_or(0) > 0) {
    fail_usage("{}: {} makes vertices, which have no lids", Field("blinks"), model().name());
  }
  const Noises noises = noises_of(options, temperatures_of(options, config(), false), count);
  std::vector<Tensor> takes;
  for (const Tensor& motion : perform(*this, speech, options, noises.all)) {
    takes.push_back(motion.reshape({-1, config().vertices, 3}));
  }
  return takes;
}

}  // namespace flowtalk::predict
