// The emotion graph: a node per emotion and per intensity level (N = E + L, 8 + 3 by default) with
// learnt embeddings, mixed by GATv2 attention (Brody et al., 2022) over typed edges. Derivation:
// docs/math/emotion_graph.md.
//   a_ij = softmax_j(a^T LeakyReLU(W_l h_i + W_r h_j) + b_type(ij) + prior_ij)
#pragma once

#include <cstdint>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/condition/condition_config.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::condition {

enum class Edge : int64_t { kSelf, kEmotions, kLevels, kEmotionLevel, kNone };
inline constexpr int64_t kEdgeTypes = 4;  // kNone is masked

// Edge type between two nodes: `emotions` emotions, then the levels.
Edge edge_type(int64_t i, int64_t j, int64_t emotions);
// -||va_i - va_j||^2 / 2 between two emotions' valence-arousal coordinates, 0 elsewhere and where
// an emotion has none.
float valence_arousal_bias(int64_t i, int64_t j, const Conditions& conditions);

// What is fixed of every pair of nodes (N, N).
struct NodePairs {
  int64_t nodes = 0;
  std::vector<int64_t> types;      // rows of the edge bias; 0 where masked
  std::vector<float> prior, mask;  // valence_arousal_bias; 0, or -1e9 without an edge
};
NodePairs pairs_of(const Conditions& conditions);

template <class Ops>
struct GraphLayer {
  using T = ops::TensorOf<Ops>;
  GraphLayer(params::Scope<Ops> p, const ConditionConfig& c, const Conditions& conditions)
      : receiver(p / "receiver", c.width, c.width),
        sender(p / "sender", c.width, c.width),
        value(p / "value", c.width, c.width),
        norm(p / "norm", c.width),
        attention(
            p.tensor("attention", {c.graph_heads, c.width / c.graph_heads}, params::uniform(0.3f))),
        edge_bias(p.tensor("edge_bias", {kEdgeTypes, c.graph_heads}, params::zeros())),
        prior_scale(p.tensor("prior_scale", {c.graph_heads}, params::constant(0.5f))),
        heads(c.graph_heads),
        pairs(pairs_of(conditions)) {
    if (!c.valence_arousal_prior) pairs.prior.assign(pairs.prior.size(), 0.0f);
  }

  // nodes (N, K) -> (N, K)
  T operator()(Ops& ops, const T& nodes) const {
    const int64_t count = pairs.nodes, width = ops.shape(nodes)[1] / heads;
    const T to = ops.reshape(receiver(ops, nodes), {count, 1, heads, width});
    const T from = ops.reshape(sender(ops, nodes), {1, count, heads, width});
    const T raw = ops.mul(ops.leaky_relu(ops.add(to, from), 0.2f), attention);
    const T scores = ops.add(ops.sum_last(raw), bias(ops));  // (N, N, heads)
    const T weights =
        ops.softmax_last(ops.transpose(ops.transpose(scores, 1, 2), 0, 1));  // (heads, N, N)
    const T values = ops.transpose(ops.reshape(value(ops, nodes), {count, heads, width}), 0, 1);
    const T mixed =
        ops.reshape(ops.transpose(ops.matmul(weights, values), 0, 1), {count, heads * width});
    return norm(ops, ops.add(nodes, mixed));
  }

  nn::Linear<Ops> receiver, sender, value;
  nn::LayerNorm<Ops> norm;
  T attention, edge_bias, prior_scale;  // (heads, K/heads), (types, heads), (heads)
  int64_t heads;
  NodePairs pairs;

 private:
  T bias(Ops& ops) const {  // (N, N, heads)
    const tensor::Shape shape = {pairs.nodes, pairs.nodes, 1};
    T result = ops.reshape(ops.rows(edge_bias, pairs.types), {pairs.nodes, pairs.nodes, heads});
    result = ops.add(result, ops.constant(shape, pairs.mask));
    return ops.add(result, ops.mul(ops.constant(shape, pairs.prior), ops.softplus(prior_scale)));
  }
};

template <class Ops>
struct EmotionGraph {
  using T = ops::TensorOf<Ops>;
  EmotionGraph(params::Scope<Ops> p, const ConditionConfig& c, const Conditions& conditions)
      : embedding(nodes_of(p, c, conditions)) {
    for (int64_t i = 0; i < c.graph_layers; ++i) {
      layers.emplace_back(p / "layer" / i, c, conditions);
    }
  }
  // Node vectors after attention, (N, K): emotions first, then levels, the weakest first.
  T nodes(Ops& ops) const {
    T h = embedding;
    for (const auto& layer : layers) h = layer(ops, h);
    return h;
  }

  T embedding;  // (N, K), learnt; fixed one-hot rows where the config says so
  std::vector<GraphLayer<Ops>> layers;

 private:
  static T nodes_of(params::Scope<Ops> p, const ConditionConfig& c, const Conditions& conditions) {
    const auto count = static_cast<int64_t>(conditions.emotions.size() + conditions.levels.size());
    return c.one_hot ? p.buffer("embedding", {count, c.width}, params::identity())
                     : p.tensor("embedding", {count, c.width}, params::normal(1.0f));
  }
};

}  // namespace flowtalk::condition
