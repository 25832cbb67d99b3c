// What a motion prior offers: motion to latents and back. One kind per header; any.h chooses one by
// the kind of a checkpoint.
//
// Shapes: B clips, T frames at 25 Hz, D latent width.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowtalk/params/scope.h"

namespace flowtalk::prior {

enum class Kind { kVae };

// The one list of kinds.
struct PriorKind {
  Kind kind{};
  std::string_view name;     // in a checkpoint's config.json and after --model
  std::string_view summary;  // one line
};
inline constexpr std::array kPriors = {
    PriorKind{Kind::kVae, "vae", "variational autoencoder, one Gaussian latent per frame"},
};

// Text value of a field table. Error: no prior has this name.
std::string text_of(Kind kind);
void from_text(const std::string& word, Kind& kind);

template <class Ops>
struct Posterior {
  ops::TensorOf<Ops> mean, log_variance;  // (B, T, D)
};

// Every kind. P(Scope, D, Config) makes the layers; parameters lie under prior/.
//   encode   motion (B, T, 53) -> posterior; its mean stands for the motion
//   decode   latents (B, T, D) -> motion (B, T, 53)
template <class P, class Ops>
concept Prior = std::constructible_from < P,
        params::Scope<Ops>, int64_t,
typename P::Config > &&requires(const P& p, Ops& ops, const ops::TensorOf<Ops>& x) {
  { P::kKind } -> std::convertible_to<Kind>;
  { p.encode(ops, x) } -> std::same_as<Posterior<Ops>>;
  { p.decode(ops, x) } -> std::same_as<ops::TensorOf<Ops>>;
};

}  // namespace flowtalk::prior
