// A generator of whichever family a checkpoint says.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "flowtalk/generate/flow.h"
#include "flowtalk/generate/regression.h"

namespace flowtalk::generate {

template <class Ops>
using AnyGenerator = std::variant<FlowGenerator<Ops>, RegressionGenerator<Ops>>;

// Which family, and its sizes. Those of the others stay as they are.
struct GeneratorConfig {
  Kind kind = Kind::kFlow;
  flow::FlowConfig flow;
  RegressionConfig regression;

  template <class V>
  void fields(V&& field) {
    field("kind", kind, "family of the generator");
    field("flow", flow, "sizes of a flow");
    field("regression", regression, "sizes of a regression");
  }
  auto parts() const { return std::tie(flow, regression); }
};

// Weights of the terms of each family.
struct FamilyLosses {
  FlowLosses flow;
  RegressionLosses regression;

  template <class V>
  void fields(V&& field) {
    field("flow", flow, "losses of a flow");
    field("regression", regression, "losses of a regression");
  }
  auto parts() const { return std::tie(flow, regression); }
};

// The part of a config (GeneratorConfig, FamilyLosses) that is a family's.
template <class Part, class Config>
const Part& part_of(const Config& config) {
  return std::get<const Part&>(config.parts());
}

template <class Ops, size_t I = 0>
AnyGenerator<Ops> make_generator(params::Scope<Ops> p, const Widths& widths,
                                 const GeneratorConfig& config) {
  using G = std::variant_alternative_t<I, AnyGenerator<Ops>>;
  static_assert(Generator<G, Ops>);
  static_assert(Density<G, Ops> == family_of(G::kKind).density);
  if (config.kind == G::kKind) {
    return AnyGenerator<Ops>(std::in_place_index<I>, p, widths,
                             part_of<typename G::Config>(config));
  }
  if constexpr (I + 1 < std::variant_size_v<AnyGenerator<Ops>>) {
    return make_generator<Ops, I + 1>(p, widths, config);
  }
  fail("no generator of the family '{}'", text_of(config.kind));
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
