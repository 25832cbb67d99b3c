// The emotion graph: 8 emotion nodes and 3 intensity nodes with learnt embeddings, mixed by GATv2
// attention (Brody et al., 2022) over typed edges. Derivation: docs/math/emotion_graph.md.
//   a_ij = softmax_j(a^T LeakyReLU(W_l h_i + W_r h_j) + b_type(ij) + prior_ij)
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowtalk/condition/condition_config.h"
#include "flowtalk/nn/layer_norm.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::condition {

inline constexpr int64_t kEmotionNodes = 8, kLevelNodes = 3, kNodes = kEmotionNodes + kLevelNodes;

enum class Edge : int64_t { kSelf, kEmotions, kLevels, kEmotionLevel, kNone };
inline constexpr int64_t kEdgeTypes = 4;  // kNone is masked

// Edge type between two nodes (0-7 emotions, 8-10 levels).
Edge edge_type(int64_t i, int64_t j);
// -||va_i - va_j||^2 / 2 between two emotions' valence-arousal coordinates, 0 elsewhere.
float valence_arousal_bias(int64_t i, int64_t j);

template <class Ops>
struct GraphLayer {
  using T = ops::TensorOf<Ops>;
  GraphLayer(params::Scope<Ops> p, const ConditionConfig& c)
      : receiver(p / "receiver", c.width, c.width),
        sender(p / "sender", c.width, c.width),
        value(p / "value", c.width, c.width),
        norm(p / "norm", c.width),
        attention(
            p.tensor("attention", {c.graph_heads, c.width / c.graph_heads}, params::uniform(0.3f))),
        edge_bias(p.tensor("edge_bias", {kEdgeTypes, c.graph_heads}, params::zeros())),
        prior_scale(p.tensor("prior_scale", {c.graph_heads}, params::constant(0.5f))),
        heads(c.graph_heads),
        use_prior(c.valence_arousal_prior) {}

  // nodes (11, K) -> (11, K)
  T operator()(Ops& ops, const T& nodes) const {
    const int64_t width = ops.shape(nodes)[1] / heads;
    const T to = ops.reshape(receiver(ops, nodes), {kNodes, 1, heads, width});
    const T from = ops.reshape(sender(ops, nodes), {1, kNodes, heads, width});
    const T raw = ops.mul(ops.leaky_relu(ops.add(to, from), 0.2f), attention);
    const T scores = ops.add(ops.sum_last(raw), bias(ops));  // (11, 11, heads)
    const T weights =
        ops.softmax_last(ops.transpose(ops.transpose(scores, 1, 2), 0, 1));  // (heads, 11, 11)
    const T values = ops.transpose(ops.reshape(value(ops, nodes), {kNodes, heads, width}), 0, 1);
    const T mixed =
        ops.reshape(ops.transpose(ops.matmul(weights, values), 0, 1), {kNodes, heads * width});
    return norm(ops, ops.add(nodes, mixed));
  }

  nn::Linear<Ops> receiver, sender, value;
  nn::LayerNorm<Ops> norm;
  T attention, edge_bias, prior_scale;  // (heads, K/heads), (types, heads), (heads)
  int64_t heads;
  bool use_prior;

 private:
  T bias(Ops& ops) const {  // (11, 11, heads)
    std::vector<int64_t> types;
    std::vector<float> prior, mask;
    for (int64_t i = 0; i < kNodes; ++i) {
      for (int64_t j = 0; j < kNodes; ++j) {
        const Edge edge = edge_type(i, j);
        types.push_back(edge == Edge::kNone ? 0 : static_cast<int64_t>(edge));
        mask.push_back(edge == Edge::kNone ? -1e9f : 0.0f);
        prior.push_back(use_prior ? valence_arousal_bias(i, j) : 0.0f);
      }
    }
    const tensor::Shape pairs = {kNodes, kNodes, 1};
    T result = ops.reshape(ops.rows(edge_bias, types), {kNodes, kNodes, heads});
    result = ops.add(result, ops.constant(pairs, mask));
    return ops.add(result, ops.mul(ops.constant(pairs, prior), ops.softplus(prior_scale)));
  }
};

template <class Ops>
struct EmotionGraph {
  using T = ops::TensorOf<Ops>;
  EmotionGraph(params::Scope<Ops> p, const ConditionConfig& c)
      : embedding(c.one_hot ? p.buffer("embedding", {kNodes, c.width}, params::identity())
                            : p.tensor("embedding", {kNodes, c.width}, params::normal(1.0f))) {
    for (int64_t i = 0; i < c.graph_layers; ++i) layers.emplace_back(p / "layer" / i, c);
  }
  // Node vectors after attention, (11, K): emotions first, then low, medium, high.
  T nodes(Ops& ops) const {
    T h = embedding;
    for (const auto& layer : layers) h = layer(ops, h);
    return h;
  }

  T embedding;  // (11, K), learnt; fixed one-hot rows where the config says so
  std::vector<GraphLayer<Ops>> layers;
};

}  // namespace flowtalk::condition
