#include "flowtalk/stream/stream.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/encoder/speech_features.h"

namespace flowtalk::stream {

using predict::PredictOptions;

namespace {

constexpr int64_t kFrameSamples = flame::kAudioHz / flame::kFps;
constexpr int64_t kPiece = 16000;     // samples of a gap at a time
constexpr int kRampsPerSecond = 200;  // 5 ms
constexpr size_t kTogether = 16;      // streams that take a step in one

PredictOptions predicted(const StreamOptions& o) {
  PredictOptions options;
  options.temperature = o.temperature;
  options.region_temperature = o.region_temperature;
  options.blinks_per_minute = o.blinks_per_minute;
  return options;
}

predict::RegionTemperatures regions_of(const LiveModel& model, const PredictOptions& options) {
  predict::check_temperature(options, model.model());
  if (options.region_temperature && model.config().axes != motion::Axes::kBuiltin) {
    fail_usage("temperature: of regions of the face {}, which a stream does not know; give one",
               owner_of(model.config().axes));
  }
  return predict::temperatures_of(options, model.config(),
                                  model.config().axes == motion::Axes::kBuiltin);
}

predict::RegionTemperatures regions_of(const LiveModel& model, float temperature) {
  PredictOptions options;
  options.temperature = temperature;
  return regions_of(model, options);
}

condition::Amounts emotion_of(const LiveModel& model, const std::vector<float>& weights,
                              float strength) {
  const Conditions& conditions = model.config().conditions;
  const auto mix = condition::mix_of(weights, conditions);
  condition::check_emotion(mix, strength, conditions);
  return condition::amounts_of(mix, strength);
}

condition::Amounts style_of(const LiveModel& model, int style) {
  const auto count = static_cast<int64_t>(model.config().conditions.styles.size());
  if (style < kAverageStyle || style >= count) {
    fail_usage("style: expected between {} and {}, got {}", kAverageStyle, count - 1, style);
  }
  const int64_t id = style;
  const auto shares = condition::shares_of_styles({&id, 1}, count);
  return {shares.begin(), shares.end()};
}

face::BlinkDraws blinks_of(const LiveModel& model, const StreamOptions& o) {
  const PredictOptions options = predicted(o);
  predict::check(options, model.config().conditions, 0);
  return {predict::blinks_of(options, model.config()), Rng(o.seed).fork("blinks").fork(o.take)};
}

// `frame`, or the soonest. Usage Error: it is too soon.
int64_t when(std::optional<int64_t> frame, int64_t soonest) {
  if (frame.value_or(soonest) < soonest) {
    fail_usage("frame: expected {} or later, as what is before is made or on its way, got {}",
               soonest, *frame);
  }
  return frame.value_or(soonest);
}

}  // namespace

Stream::Stream(std::shared_ptr<const LiveModel> model, const StreamOptions& options)
    : model_(std::move(model)),
      options_(options),
      resampler_(options.rate_hz),
      blinks_(blinks_of(*model_, options)) {
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  hearing_.emplace(model_->network().encoder, ops);
  face_.emplace(model_, ops, options.seed, options.take, regions_of(*model_, predicted(options)),
                emotion_of(*model_, options.emotion, options.strength),
                style_of(*model_, options.style));
}

void Stream::push(std::span<const float> samples) {
  if (finished_) fail("push: the stream is finished; reset it, or make another");
  const auto bad =
      std::find_if(samples.begin(), samples.end(), [](float x) { return !std::isfinite(x); });
  if (bad != samples.end()) {
    fail("push: sample {} is not finite, nothing was taken; silence it", bad - samples.begin());
  }
  take(samples);
}

void Stream::push(std::span<const int16_t> samples) {
  RecycledVector<float> scaled;
  scaled.reserve(samples.size());
  for (const int16_t x : samples) scaled.push_back(static_cast<float>(x) / 32768.0f);
  push(scaled);
}

void Stream::skip(int64_t samples) {
  if (finished_) fail("skip: the stream is finished; reset it, or make another");
  if (samples < 0) fail_usage("skip: expected 0 samples or more, got {}", samples);
  const int64_t ramp = options_.rate_hz / kRampsPerSecond;
  const float from = last_;
  for (int64_t at = 0; at < samples; at += kPiece) {
    RecycledVector<float> piece(static_cast<size_t>(std::min(kPiece, samples - at)), 0.0f);
    for (int64_t i = 0; at == 0 && i < std::min(ramp, samples); ++i) {
      piece[static_cast<size_t>(i)] =
          from * static_cast<float>(ramp - i - 1) / static_cast<float>(ramp);
    }
    rising_ = 0;
    take(piece);
  }
  if (samples > 0) rising_ = ramp;
}

void Stream::take(std::span<const float> samples) {
  if (samples.empty()) return;
  RecycledVector<float> risen;
  if (rising_ > 0) {
    const int64_t ramp = options_.rate_hz / kRampsPerSecond;
    risen.assign(samples.begin(), samples.end());
    for (size_t i = 0; i < risen.size() && rising_ > 0; ++i, --rising_) {
      risen[i] *= static_cast<float>(ramp - rising_) / static_cast<float>(ramp);
    }
    samples = risen;
  }
  last_ = samples.back();
  resampled_.clear();
  resampler_.push(samples, resampled_);
  hear(resampled_);
}

void Stream::hear(std::span<const float> samples) {
  samples_ += static_cast<int64_t>(samples.size());
  for (const float x : samples) {
    squares_ += static_cast<double>(x) * static_cast<double>(x);
    if (++in_frame_ < kFrameSamples) continue;
    loudness_.push_back(encoder::loudness_of_squares(squares_));
    squares_ = 0;
    in_frame_ = 0;
  }
  hearing_->add(samples);
}

void Stream::finish() {
  if (finished_) return;
  finished_ = true;
  resampled_.clear();
  resampler_.finish(resampled_);
  hear(resampled_);
  loudness_.push_back(encoder::loudness_of_squares(squares_));
  const int64_t missing =
      model::heard_until(model_->config(), total_frames() - 1) - hearing_->heard();
  hearing_->add(std::vector<float>(static_cast<size_t>(std::max<int64_t>(0, missing)), 0.0f));
}

void Stream::reset(uint64_t seed) {
  StreamOptions options = options_;
  options.seed = seed;
  *this = Stream(model_, options);
}

int64_t Stream::total_frames() const { return encoder::motion_frames(samples_); }

bool Stream::ready() const {
  const int64_t next = face_->frames_made();
  if (finished_) return next < total_frames();
  return hearing_->heard() >= model::heard_until(model_->config(), next);
}

int64_t Stream::run(const predict::Session& session, int64_t most) {
  Stream* const self = this;
  return run_many(session, {&self, 1}, most);
}

int64_t Stream::run_many(const predict::Session& session, std::span<Stream* const> streams,
                         int64_t most) {
  for (const Stream* stream : streams) {
    FT_CHECK(&session.model() == &stream->model_->model(), "a session of {}",
             session.model().name());
  }
  const auto is_ready = [](const Stream* stream) { return stream->ready(); };
  if (most <= 0 || std::ranges::none_of(streams, is_ready)) return 0;
  const predict::Workspace work(session);
  int64_t steps = 0;
  for (int64_t i = 0; i < most && std::ranges::any_of(streams, is_ready); ++i) {
    // A first step is longer than the others.
    RecycledVector<Stream*> first, next;
    for (Stream* stream : streams) {
      if (is_ready(stream)) (stream->face_->frames_made() == 0 ? first : next).push_back(stream);
    }
    for (const auto* group : {&first, &next}) {
      for (size_t at = 0; at < group->size(); at += kTogether) {
        step(work.ops, std::span(*group).subspan(at, std::min(kTogether, group->size() - at)));
      }
      steps += std::ssize(*group);
    }
  }
  return steps;
}

void Stream::take_changes(ops::NativeOps& ops) {
  while (!temperatures_.empty() && temperatures_.front().frame <= face_->frames_made()) {
    face_->set_temperatures(ops, regions_of(*model_, temperatures_.front().value));
    temperatures_.pop_front();
  }
}

void Stream::step(ops::NativeOps& ops, std::span<Stream* const> streams) {
  for (Stream* stream : streams) stream->take_changes(ops);
  const Stream& any = *streams.front();
  const int64_t until =
      any.face_->frames_made() + 2 + any.model_->config().condition.frames_ahead();
  const auto voices = nn::parts_of(
      streams, [](Stream & s) -> auto& { return *s.hearing_; });
  const auto faces = nn::parts_of(
      streams, [](Stream & s) -> auto& { return *s.face_; });
  const auto speech = Hearing::next(ops, voices, until - any.face_->frames_heard());
  const auto motions = Performances::step(ops, faces, speech);
  for (size_t i = 0; i < streams.size(); ++i) {
    const auto values = motions[i].values();
    const size_t width = values.size() / 2;
    streams[i]->add_frame(values.first(width));
    streams[i]->add_frame(values.subspan(width));
  }
}

void Stream::add_frame(std::span<const float> values) {
  if (finished_ && frames_made_ == total_frames()) return;  // the second of a pair
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    fail("{}: gave a value that is not finite; retrain it", model_->model().name());
  }
  Frame frame{.index = frames_made_++};
  std::copy(values.begin(), values.end(), frame.values.begin());
  const float lid = blinks_.next(loudness_.front());
  loudness_.pop_front();
  if (lid > 0) face::blink_shut(frame.values, {lid, lid});
  frames_.push_back(frame);
}

std::optional<Frame> Stream::pull() {
  if (frames_.empty()) return std::nullopt;
  const Frame frame = frames_.front();
  frames_.pop_front();
  ++frames_out_;
  return frame;
}

int64_t Stream::set_emotion(std::vector<float> weights, float strength,
                            std::optional<int64_t> frame) {
  auto amounts = emotion_of(*model_, weights, strength);
  const int64_t from = when(frame, soonest_change());
  face_->emotion().set(from, std::move(amounts));
  changes_.push_back({.kind = Change::Kind::kEmotion,
                      .frame = from,
                      .emotion = std::move(weights),
                      .value = strength});
  return from;
}

int64_t Stream::set_style(int style, std::optional<int64_t> frame) {
  auto shares = style_of(*model_, style);
  const int64_t from = when(frame, soonest_change());
  face_->style().set(from, std::move(shares));
  changes_.push_back({.kind = Change::Kind::kStyle, .frame = from, .style = style});
  return from;
}

int64_t Stream::set_temperature(float temperature, std::optional<int64_t> frame) {
  regions_of(*model_, temperature);  // refuses what is out of range
  const int64_t from = when(frame, face_->frames_made());
  Change change{.kind = Change::Kind::kTemperature, .frame = from, .value = temperature};
  const auto after = std::upper_bound(temperatures_.begin(), temperatures_.end(), from,
                                      [](int64_t f, const Change& c) { return f < c.frame; });
  temperatures_.insert(after, change);
  changes_.push_back(std::move(change));
  return from;
}

int64_t Stream::apply(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kStyle:
      return set_style(change.style, change.frame);
    case Change::Kind::kTemperature:
      return set_temperature(change.value, change.frame);
    case Change::Kind::kEmotion:
      break;
  }
  return set_emotion(change.emotion, change.value, change.frame);
}

}  // namespace flowtalk::stream
