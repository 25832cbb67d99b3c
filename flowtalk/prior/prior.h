// What a motion prior offers: motion to latents and back. One kind per header; any.h chooses one by
// the kind of a checkpoint.
//
// Shapes: B clips, T frames at 25 Hz, D latent width.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/params/scope.h"

namespace flowtalk::prior {

enum class Kind { kVae, kVqvae, kNone, kSequenceVae, kSequenceVqvae };

// The one list of kinds.
struct PriorKind {
  Kind kind{};
  std::string_view name;     // in a checkpoint's config.json
  std::string_view also;     // what the reference's first stage calls it
  std::string_view summary;  // one line
  bool trained = true;  // by `flowtalk train`; else there is nothing to train, or it is imported
};
inline constexpr std::array kPriors = {
    PriorKind{Kind::kVae, "vae", "face_diffuser",
              "variational autoencoder, one Gaussian latent per frame"},
    PriorKind{Kind::kVqvae, "vqvae", "", "each frame a few codes of a learnt codebook"},
    PriorKind{Kind::kNone, "none", "", "the standardised motion itself, nothing to train", false},
    PriorKind{Kind::kSequenceVae, "sequence_vae", "",
              "ProbTalk3D's VAE, in which every frame sees the whole clip", false},
    PriorKind{Kind::kSequenceVqvae, "sequence_vqvae", "",
              "ProbTalk3D's VQ-VAE, whose codes lie over time", false},
};

// Text value of a field table; the reference's word is read too. Error: no prior has this name.
std::string text_of(Kind kind);
const PriorKind& row_of(Kind kind);
void from_text(const std::string& word, Kind& kind);

// What was encoded before it was replaced by codes.
template <class Ops>
struct Coded {
  ops::TensorOf<Ops> encoded, codes;  // (B, T, D); gradients go to encoder and codebook
  std::vector<int64_t> rows;          // of the codebook, D / W per frame
};

template <class Ops>
struct Posterior {
  ops::TensorOf<Ops> mean;                                        // (B, T, D)
  std::optional<ops::TensorOf<Ops>> log_variance = std::nullopt;  // none: the latents are certain
  std::optional<Coded<Ops>> coded = std::nullopt;                 // of priors with a codebook
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
