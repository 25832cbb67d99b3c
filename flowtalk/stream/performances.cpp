#include "flowtalk/stream/performances.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::stream {

using ops::NativeOps;
using predict::kMotionRegions;
using tensor::Tensor;

namespace {

constexpr int64_t kStep = 2;  // frames

// Which noise each region of the face has, and which of the noises before it goes on from.
struct Grouping {
  std::vector<float> temperatures;
  std::vector<size_t> from;
  std::array<size_t, kMotionRegions> of_region{};
};

// Regions that had one noise and have one temperature keep one.
Grouping grouped(const std::array<size_t, kMotionRegions>& before,
                 const predict::RegionTemperatures& temperatures) {
  Grouping g;
  for (size_t r = 0; r < kMotionRegions; ++r) {
    size_t i = 0;
    while (i < g.from.size() && (g.from[i] != before[r] || g.temperatures[i] != temperatures[r])) {
      ++i;
    }
    if (i == g.from.size()) {
      g.from.push_back(before[r]);
      g.temperatures.push_back(temperatures[r]);
    }
    g.of_region[r] = i;
  }
  return g;
}

// The streams of x (B, n, C) that are wanted.
Tensor taken(NativeOps& ops, const Tensor& x, std::span<const size_t> streams) {
  RecycledVector<Tensor> rows;
  for (const size_t i : streams) {
    const auto row = static_cast<int64_t>(i);
    rows.push_back(ops.slice(x, 0, row, row + 1));
  }
  return ops.concat(rows, 0);
}

RecycledVector<float> alone(size_t emotion, size_t count) {
  RecycledVector<float> share(count, 0.0f);
  share[emotion] = 1;
  return share;
}

}  // namespace

Performances::Performances(std::shared_ptr<const LiveModel> model, NativeOps& ops, uint64_t seed,
                           uint32_t take, const predict::RegionTemperatures& temperatures,
                           condition::Amounts emotion, condition::Amounts style)
    : model_(std::move(model)), emotion_(std::move(emotion)), style_(std::move(style)) {
  const Grouping g = grouped({}, temperatures);
  noise_of_region_ = g.of_region;
  std::vector<NoiseAddress> noises;
  for (const float t : g.temperatures) noises.push_back({seed, take, t});
  Performance first{
      .emotion = static_cast<size_t>(kNeutral),
      .fusion = model_->conditioner().fusion.begin(ops),
      .flow = model_->flow().begin(ops, {.noises = noises}, model_->folded()),
      .prior = model_->network().prior.begin(ops, static_cast<int64_t>(noises.size()))};
  performances_.push_back(std::move(first));
  last_.share = alone(kNeutral, model_->config().conditions.emotions.size());
}

void Performances::set_temperatures(NativeOps& ops,
                                    const predict::RegionTemperatures& temperatures) {
  const Grouping g = grouped(noise_of_region_, temperatures);
  noise_of_region_ = g.of_region;
  for (Performance& p : performances_) {
    const auto before = p.flow;
    p.flow.noises.clear();
    p.flow.r.clear();
    for (size_t i = 0; i < g.from.size(); ++i) {
      const NoiseAddress& noise = before.noises[g.from[i]];
      p.flow.noises.push_back({noise.seed, noise.take, g.temperatures[i]});
      p.flow.r.push_back(before.r[g.from[i]]);
    }
    for (auto& step : p.flow.past) {
      for (auto& layer : step) layer.frames = taken(ops, layer.frames, g.from);
    }
    for (auto& layer : p.prior) layer.frames = taken(ops, layer.frames, g.from);
  }
}

Performances::Frame Performances::asked_for() {
  condition::EmotionCurve curve;
  append(curve, emotion_.at(heard_));
  Frame frame{last_.share, curve.strength.front()};
  if (frame.strength > 0) {
    const float sum = std::accumulate(curve.weights.begin(), curve.weights.end(), 0.0f);
    for (size_t e = 0; e < frame.share.size(); ++e) frame.share[e] = curve.weights[e] / sum;
  }
  return frame;
}

void Performances::open(const Frame& frame) {
  if (frame.strength <= 0) return;
  const auto most = static_cast<size_t>(std::max_element(last_.share.begin(), last_.share.end()) -
                                        last_.share.begin());
  for (size_t e = 0; e < frame.share.size(); ++e) {
    const auto at = std::lower_bound(performances_.begin(), performances_.end(), e,
                                     [](const Performance& p, size_t f) { return p.emotion < f; });
    if (frame.share[e] <= 0 || (at != performances_.end() && at->emotion == e)) continue;
    if (!expressed_) {  // all that was neutral is this emotion's, at no strength
      expressed_ = true;
      performances_.front().emotion = e;
      for (Frame& waiting : waiting_) waiting.share = alone(e, frame.share.size());
      continue;
    }
    const auto source = std::find_if(performances_.begin(), performances_.end(),
                                     [&](const Performance& p) { return p.emotion == most; });
    Performance opened = source == performances_.end() ? performances_.front() : *source;
    opened.emotion = e;
    performances_.insert(at, std::move(opened));
  }
}

void Performances::close() {
  std::erase_if(performances_, [&](const Performance& p) {
    const auto absent = [&](const Frame& frame) { return frame.share[p.emotion] == 0; };
    return absent(last_) && std::all_of(waiting_.begin(), waiting_.end(), absent);
  });
}

Performances::Heard Performances::hear(int64_t count) {
  Heard heard;
  for (int64_t i = 0; i < count; ++i, ++heard_) {
    for (const double share : style_.at(heard_)) heard.style.push_back(static_cast<float>(share));
    heard.frames.push_back(asked_for());
    open(heard.frames.back());
    last_ = heard.frames.back();
    waiting_.push_back(heard.frames.back());
  }
  return heard;
}

Tensor Performances::control(NativeOps& ops, const Performance& performance,
                             std::span<const Frame> frames) const {
  condition::EmotionCurve curve;
  curve.frames = static_cast<int64_t>(frames.size());
  const bool neutral = performance.emotion == static_cast<size_t>(kNeutral);
  for (const Frame& frame : frames) {
    const auto weights = alone(performance.emotion, frame.share.size());
    curve.weights.insert(curve.weights.end(), weights.begin(), weights.end());
    curve.strength.push_back(neutral ? 0 : frame.strength);
  }
  return model_->conditioner().control(ops, curve, model_->emotions());
}

Tensor Performances::blend(NativeOps& ops, const Tensor& motions, int64_t& row) {
  RecycledVector<predict::Blend> blends(performances_.front().flow.noises.size());
  for (const Performance& performance : performances_) {
    const std::array<float, kStep> share = {waiting_[0].share[performance.emotion],
                                            waiting_[1].share[performance.emotion]};
    for (predict::Blend& blend : blends) {
      const Tensor one = ops.slice(motions, 0, row, row + 1);
      blend.add(one.reshape({kStep, motions.dim(2)}), share);
      ++row;
    }
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + kStep);
  made_ += kStep;
  close();
  if (blends.size() == 1) return blends.front().motion();
  std::array<Tensor, kMotionRegions> by_region;
  for (size_t r = 0; r < kMotionRegions; ++r) by_region[r] = blends[noise_of_region_[r]].motion();
  return predict::builtin_shares().join(by_region);
}

RecycledVector<Tensor> Performances::step(NativeOps& ops, nn::Together<Performances> faces,
                                          const Tensor& speech) {
  const LiveModel& model = *faces.front()->model_;
  const int64_t count = speech.dim(1);
  RecycledVector<Performance*> playing;
  RecycledVector<Tensor> voices, controls, styles;
  for (size_t i = 0; i < faces.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const Heard heard = faces[i]->hear(count);
    const Tensor style = ops.constant({1, count, std::ssize(heard.style) / count}, heard.style);
    for (Performance& performance : faces[i]->performances_) {
      playing.push_back(&performance);
      voices.push_back(ops.slice(speech, 0, at, at + 1));
      controls.push_back(faces[i]->control(ops, performance, heard.frames));
      styles.push_back(style);
    }
  }
  const nn::Together<Performance> all(playing);
  const auto fusions = nn::parts_of(
      all, [](Performance & p) -> auto& { return p.fusion; });
  const auto flows = nn::parts_of(
      all, [](Performance & p) -> auto& { return p.flow; });
  const auto priors = nn::parts_of(
      all, [](Performance & p) -> auto& { return p.prior; });
  const Tensor style = ops.linear(ops.concat(styles, 0), model.styles());
  const Tensor c = model.conditioner().fusion.step(ops, fusions, ops.concat(voices, 0),
                                                   ops.concat(controls, 0), style);
  const auto z = model.flow().step(ops, flows, model.flow().prepare(ops, {c}));
  const Tensor motions = model.network().prior.decode_step(ops, priors, z.values);
  RecycledVector<Tensor> made;
  int64_t row = 0;
  for (Performances* face : faces) made.push_back(face->blend(ops, motions, row));
  return made;
}

}  // namespace flowtalk::stream
