// From the condition to one answer per frame: which network, and its sizes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "flowtalk/base/fields.h"
#include "flowtalk/generate/autoregressive.h"
#include "flowtalk/generate/pair_network.h"
#include "flowtalk/nn/gru.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/prior/sequence_prior.h"

namespace flowtalk::generate {

enum class NetworkKind { kPairs, kSequence, kGru, kAutoregressive };

// The one list of networks.
struct NetworkRow {
  NetworkKind kind{};
  std::string_view name, summary;
  bool even_frames = false;  // the number of frames must be even
  bool keeps_width = false;  // the condition is as wide as the latents
  bool needs_asked = false;  // what is asked for lies beside the condition's values
};
inline constexpr std::array kNetworks = {
    NetworkRow{.kind = NetworkKind::kPairs,
               .name = "pairs",
               .summary = "a pair of frames at a time",
               .even_frames = true},
    NetworkRow{.kind = NetworkKind::kSequence,
               .name = "sequence",
               .summary = "ProbTalk3D's, every frame sees the whole clip",
               .keeps_width = true},
    NetworkRow{.kind = NetworkKind::kGru,
               .name = "gru",
               .summary = "FaceXHuBERT's, from the first frame to the last"},
    NetworkRow{.kind = NetworkKind::kAutoregressive,
               .name = "autoregressive",
               .summary = "FaceFormer's and CodeTalker's, each frame from those before it",
               .needs_asked = true},
};
const NetworkRow& row_of(NetworkKind kind);

// Text value of a field table. Error: no network has this name.
std::string text_of(NetworkKind kind);
void from_text(const std::string& word, NetworkKind& kind);

struct GruConfig {
  int width = 256, layers = 2;
  float dropout = 0.3f;

  template <class V>
  void fields(V&& field) {
    field("width", width, between(4, 4096), "of its states");
    field("layers", layers, between(1, 8), "of these, one after the other");
    field("dropout", dropout, between(0.0f, 0.9f), "between these, in training");
  }
};

struct NetworkConfig {
  NetworkKind kind = NetworkKind::kPairs;
  int hidden = 256;
  prior::SequenceConfig sequence;
  GruConfig gru;
  AutoregressiveConfig autoregressive;

  // How wide what is asked for is, where it lies beside the condition's values; 0: it is not heard.
  int asked_width() const {
    if (kind == NetworkKind::kAutoregressive) return autoregressive.width;
    return kind == NetworkKind::kGru ? gru.width : 0;
  }

  template <class V>
  void fields(V&& field) {
    field("network", kind, "from condition to latents");
    field("hidden", hidden, between(8, 2048), "width between condition and latents, of pairs");
    field("sequence", sequence, "sizes of a sequence network");
    field("gru", gru, "sizes of a GRU");
    field("autoregressive", autoregressive, "sizes of an autoregressive network");
  }
};

// The sequence network; the condition is as wide as the latents.
template <class Ops>
struct SequencePredictor {
  using T = ops::TensorOf<Ops>;
  SequencePredictor(params::Scope<Ops> p, const Surroundings<Ops>& around, const NetworkConfig& c)
      : network(p / "network", c.sequence.sizes(around.latent)) {
    FT_CHECK(around.condition == around.latent, "condition {}, latents {}", around.condition,
             around.latent);
  }

  // (B, T, D) -> (B, T, D)
  T operator()(Ops& ops, const Condition<Ops>& c) const { return network(ops, c.values); }

  nn::SequenceNetwork<Ops> network;
};

// A GRU, times what is asked for where that does not lie in the condition's values, then a linear
// map.
template <class Ops>
struct GruPredictor {
  using T = ops::TensorOf<Ops>;
  GruPredictor(params::Scope<Ops> p, const Surroundings<Ops>& around, const GruConfig& c)
      : gru(p / "gru", {around.condition, c.width, c.layers, c.dropout}),
        output(p / "output", c.width, around.latent) {}

  // (B, T, K) -> (B, T, D)
  T operator()(Ops& ops, const Condition<Ops>& c) const {
    const T states = gru(ops, c.values);
    return output(ops, c.asked ? ops.mul(states, *c.asked) : states);
  }

  nn::Gru<Ops> gru;
  nn::Linear<Ops> output;
};

template <class Ops>
class Network {
 public:
  using T = ops::TensorOf<Ops>;
  Network(params::Scope<Ops> p, const Surroundings<Ops>& around, const NetworkConfig& c)
      : latent(around.latent), kinds_(make(p, around, c)) {}

  // (B, T, K) -> (B, T, D)
  T operator()(Ops& ops, const Condition<Ops>& c) const {
    return std::visit([&](const auto& network) { return network(ops, c); }, kinds_);
  }

  int64_t latent;

 private:
  using Kinds = std::variant<PairNetwork<Ops>, SequencePredictor<Ops>, GruPredictor<Ops>,
                             AutoregressivePredictor<Ops>>;
  static Kinds make(params::Scope<Ops> p, const Surroundings<Ops>& around, const NetworkConfig& c) {
    switch (c.kind) {
      case NetworkKind::kSequence:
        return SequencePredictor<Ops>(p, around, c);
      case NetworkKind::kGru:
        return GruPredictor<Ops>(p, around, c.gru);
      case NetworkKind::kAutoregressive:
        return AutoregressivePredictor<Ops>(p, around, c.autoregressive);
      case NetworkKind::kPairs:
        break;
    }
    return PairNetwork<Ops>(p, around, c.hidden);
  }

  Kinds kinds_;
};

}  // namespace flowtalk::generate
