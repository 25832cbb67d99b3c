// Emotion control per frame: a mixture over emotions and a real-valued strength become the emotion
// vector g (B, T, K) through the graph's nodes.
//   e = sum_i w_i h_i;   m(k) = sum_j alpha_j clip(3k - (j-1), 0, 1), sum_j alpha_j = 1 per channel
//   g = h_neutral + m(k) (e - h_neutral) + m(k) W l(k)
// so that g is exactly h_neutral at k = 0, whatever the emotion, and m is monotone; k reaches 1.25.
#pragma once

#include <span>
#include <vector>

#include "flowtalk/base/recycled.h"
#include "flowtalk/condition/emotion_graph.h"

namespace flowtalk::condition {

// Weights (frames * E, each frame on the simplex) and strengths (frames, 0..1.25) of a batch of
// clips, flattened B * T; E emotions. Neutral frames have strength 0: neutral weight in a mixture
// lowers the strength instead of adding a node of its own.
struct EmotionCurve {
  int64_t batch = 1, frames = 0;
  RecycledVector<float> weights, strength;

  // E; 0 of a curve without frames.
  size_t emotions() const { return strength.empty() ? 0 : weights.size() / strength.size(); }

  static EmotionCurve constant(std::span<const float> mix, float strength, int64_t frames);
};

// One emotion of a curve alone: at the curve's strengths, with its share of every frame.
struct EmotionShare {
  EmotionCurve curve;
  std::vector<float> share;  // (frames)
};
// The emotions of one clip's curve; their shares of a frame add up to 1. Where the strength is 0
// their conditions are the same, and the shares run evenly from the frame before to the frame
// after. Of a curve with one emotion, that curve.
std::vector<EmotionShare> emotions_apart(const EmotionCurve& curve);

// clip(L k - j, 0, 1) for j = 0 .. L - 1; the last segment runs on (with three levels to 1.75) for
// k up to 1.25.
RecycledVector<float> intensity_segments(float strength, size_t levels);
// Hat functions around the strengths of the levels, 1/L, 2/L .. 1.
RecycledVector<float> level_weights(float strength, size_t levels);

template <class Ops>
struct EmotionControl {
  using T = ops::TensorOf<Ops>;
  EmotionControl(params::Scope<Ops> p, const ConditionConfig& c, const Conditions& conditions)
      : emotion_count(static_cast<int64_t>(conditions.emotions.size())),
        level_count(static_cast<int64_t>(conditions.levels.size())),
        graph(p / "graph", c, conditions),
        progression(p.tensor("progression", {level_count, c.width}, params::zeros())),
        level(p / "level", c.width, c.width),
        null_emotion(p.tensor("null_emotion", {1, 1, c.width}, params::normal(0.1f))),
        width(c.width) {}

  // What the graph says, whatever is asked for.
  struct Tables {
    T emotions, levels, shares;  // (K, E), (K, L), (K, L)
    T neutral;                   // (1, 1, K)
  };

  // g (B, T, K)
  T operator()(Ops& ops, const EmotionCurve& curve) const {
    return (*this)(ops, curve, tables(ops));
  }
  // The same with tables() that were made before.
  T operator()(Ops& ops, const EmotionCurve& curve, const Tables& tables) const {
    const int64_t b = curve.batch, t = curve.frames, e = emotion_count, l = level_count;
    FT_CHECK(static_cast<int64_t>(curve.strength.size()) == b * t &&
                 static_cast<int64_t>(curve.weights.size()) == b * t * e,
             "{} weights of {} emotions, {} frames", curve.weights.size(), e, b * t);
    RecycledVector<float> segments, levels;
    for (const float k : curve.strength) {
      for (const float s : intensity_segments(k, static_cast<size_t>(l))) segments.push_back(s);
      for (const float w : level_weights(k, static_cast<size_t>(l))) levels.push_back(w);
    }
    const T mixture = ops.linear(ops.constant({b, t, e}, curve.weights), tables.emotions);
    const T context = ops.linear(ops.constant({b, t, l}, levels), tables.levels);
    const T amount = ops.linear(ops.constant({b, t, l}, segments), tables.shares);
    const T change = ops.add(ops.sub(mixture, tables.neutral), level(ops, context));
    return ops.add(tables.neutral, ops.mul(amount, change));
  }

  Tables tables(Ops& ops) const {
    const int64_t e = emotion_count, l = level_count;
    const T nodes = graph.nodes(ops);
    const auto columns = [&](const T& rows) { return ops.transpose(rows, 0, 1); };
    return {columns(ops.slice(nodes, 0, 0, e)), columns(ops.slice(nodes, 0, e, e + l)),
            columns(shares(ops)), ops.reshape(ops.slice(nodes, 0, 0, 1), {1, 1, width})};
  }

  int64_t emotion_count, level_count;
  EmotionGraph<Ops> graph;
  T progression;  // (L, K)
  nn::Linear<Ops> level;
  T null_emotion;  // (1, 1, K), stands for "no emotion given" in training and guidance
  int64_t width;

 private:
  T shares(Ops& ops) const {  // alpha (L, K), columns sum to one
    const T positive = ops.softplus(progression);
    const T sums = ops.reshape(ops.sum_last(ops.transpose(positive, 0, 1)), {1, width});
    return ops.div(positive, sums);
  }
};

}  // namespace flowtalk::condition
