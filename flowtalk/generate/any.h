// A generator of whichever family a checkpoint says.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "flowtalk/generate/diffusion.h"
#include "flowtalk/generate/flow.h"
#include "flowtalk/generate/regression.h"
#include "flowtalk/generate/vq.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::generate {

template <class Ops>
using AnyGenerator = std::variant<FlowGenerator<Ops>, DiffusionGenerator<Ops>, VqGenerator<Ops>,
                                  RegressionGenerator<Ops>>;

// Which family, and its sizes. Those of the others stay as they are.
struct GeneratorConfig {
  Kind kind = Kind::kFlow;
  flow::FlowConfig flow;
  DiffusionConfig diffusion;
  VqConfig vq;
  RegressionConfig regression;

  template <class V>
  void fields(V&& field) {
    field("kind", kind, "family of the generator");
    field("flow", flow, "sizes of a flow");
    field("diffusion", diffusion, "sizes and steps of a diffusion");
    field("vq", vq, "sizes of a VQ predictor");
    field("regression", regression, "sizes of a regression");
  }
  auto parts() const { return std::tie(flow, diffusion, vq, regression); }
};

// Weights of the terms of each family.
struct FamilyLosses {
  FlowLosses flow;
  DiffusionLosses diffusion;
  VqLosses vq;
  RegressionLosses regression;

  template <class V>
  void fields(V&& field) {
    field("flow", flow, "losses of a flow");
    field("diffusion", diffusion, "losses of a diffusion");
    field("vq", vq, "losses of a VQ predictor");
    field("regression", regression, "losses of a regression");
  }
  auto parts() const { return std::tie(flow, diffusion, vq, regression); }
};

// The part of a config (GeneratorConfig, FamilyLosses) that is a family's.
template <class Part, class Config>
const Part& part_of(const Config& config) {
  return std::get<const Part&>(config.parts());
}

template <class Ops, size_t I = 0>
AnyGenerator<Ops> make_generator(params::Scope<Ops> p, const Surroundings<Ops>& around,
                                 const GeneratorConfig& config) {
  using G = std::variant_alternative_t<I, AnyGenerator<Ops>>;
  static_assert(Generator<G, Ops>);
  static_assert(Density<G, Ops> == family_of(G::kKind).density);
  if (config.kind == G::kKind) {
    return AnyGenerator<Ops>(std::in_place_index<I>, p, around,
                             part_of<typename G::Config>(config));
  }
  if constexpr (I + 1 < std::variant_size_v<AnyGenerator<Ops>>) {
    return make_generator<Ops, I + 1>(p, around, config);
  }
  fail("no generator of the family '{}'", text_of(config.kind));
}

// What `of(part)` says of the part of a config that is its family's.
template <size_t I = 0, class Of>
auto of_family(const GeneratorConfig& config, const Of& of) {
  using G = std::variant_alternative_t<I, AnyGenerator<ops::NativeOps>>;
  if constexpr (I + 1 < std::variant_size_v<AnyGenerator<ops::NativeOps>>) {
    if (config.kind != G::kKind) return of_family<I + 1>(config, of);
  }
  FT_CHECK(config.kind == G::kKind, "kind {}", static_cast<int>(config.kind));
  return of(part_of<typename G::Config>(config));
}
// How many steps there are, 0 for a family that samples in one; how many of them are left out where
// nothing is said.
inline int sampling_steps(const GeneratorConfig& config) {
  return of_family(config, [&](const auto& c) {
    if constexpr (requires { c.skip; }) return c.steps;
    return 0;
  });
}
inline int usual_skip(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires { c.skip; }) return c.skip;
    return 0;
  });
}
// How each is taken where nothing is said.
inline diffusion::Sampler usual_sampler(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires { c.sampler; }) return c.sampler;
    return diffusion::Sampler::kDdim;
  });
}
// The temperature where none is said: the config's, else that of the family's row.
inline float usual_temperature(const GeneratorConfig& config) {
  return of_family(config, [&](const auto& c) {
    if constexpr (requires { c.temperature; }) return c.temperature;
    return static_cast<float>(family_of(config.kind).temperature.usual);
  });
}
// Must the number of frames be even?
inline bool needs_even_frames(const GeneratorConfig& config) {
  return of_family(config, [&](const auto& c) {
    if constexpr (requires { c.network; }) return row_of(c.network.kind).even_frames;
    return family_of(config.kind).even_frames;
  });
}
// Must condition and latents be equally wide?
inline bool keeps_width(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires { c.network; }) return row_of(c.network.kind).keeps_width;
    return false;
  });
}
// The width that the condition must have, where it is not mapped to it; 0: any.
inline int wanted_condition(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires {
                    c.condition;
                    c.width;
                  })
      return c.condition ? 0 : c.width;
    return 0;
  });
}
// The width of what is asked for, where it lies beside the condition's values; 0: it is not heard.
inline int asked_width(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires { c.network; }) return c.network.asked_width();
    if constexpr (requires {
                    c.condition;
                    c.width;
                  })
      return c.width;
    return 0;
  });
}
// Must it lie there?
inline bool needs_asked(const GeneratorConfig& config) {
  return of_family(config, [](const auto& c) {
    if constexpr (requires { c.network; }) return row_of(c.network.kind).needs_asked;
    return false;
  });
}

template <class Ops>
const Family& family_of(const AnyGenerator<Ops>& any) {
  return std::visit(
      [](const auto& g) -> const Family& {
        return family_of(std::remove_cvref_t<decltype(g)>::kKind);
      },
      any);
}

// What `use(generator)` returns of a family with a density. Else an Error in one line, with the
// name of the model and what the density was wanted for.
template <class Ops, class Use>
auto density_of(const AnyGenerator<Ops>& any, const std::string& model, std::string_view purpose,
                Use&& use) {
  using Result = decltype(use(std::get<0>(any)));
  return std::visit(
      [&](const auto& g) -> Result {
        using G = std::remove_cvref_t<decltype(g)>;
        if constexpr (Density<G, Ops>) {
          return use(g);
        } else {
          fail("{}", without_density(model, family_of(G::kKind), purpose));
        }
      },
      any);
}

}  // namespace flowtalk::generate
