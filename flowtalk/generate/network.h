// From the condition to one answer per frame: which network, and its sizes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <variant>

#include "flowtalk/base/fields.h"
#include "flowtalk/generate/pair_network.h"
#include "flowtalk/nn/sequence_block.h"
#include "flowtalk/prior/sequence_prior.h"

namespace flowtalk::generate {

enum class NetworkKind { kPairs, kSequence };

// The one list of networks.
struct NetworkRow {
  NetworkKind kind{};
  std::string_view name, summary;
  bool even_frames = false;  // the number of frames must be even
  bool keeps_width = false;  // the condition is as wide as the latents
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
};
const NetworkRow& row_of(NetworkKind kind);

// Text value of a field table. Error: no network has this name.
std::string text_of(NetworkKind kind);
void from_text(const std::string& word, NetworkKind& kind);

struct NetworkConfig {
  NetworkKind kind = NetworkKind::kPairs;
  int hidden = 256;
  prior::SequenceConfig sequence;

  template <class V>
  void fields(V&& field) {
    field("network", kind, "from condition to latents");
    field("hidden", hidden, between(8, 2048), "width between condition and latents, of pairs");
    field("sequence", sequence, "sizes of a sequence network");
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
  using Kinds = std::variant<PairNetwork<Ops>, SequencePredictor<Ops>>;
  static Kinds make(params::Scope<Ops> p, const Surroundings<Ops>& around, const NetworkConfig& c) {
    switch (c.kind) {
      case NetworkKind::kSequence:
        return SequencePredictor<Ops>(p, around, c);
      case NetworkKind::kPairs:
        break;
    }
    return PairNetwork<Ops>(p, around, c.hidden);
  }

  Kinds kinds_;
};

}  // namespace flowtalk::generate
