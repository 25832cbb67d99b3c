// Vector quantisation (van den Oord et al., 2017): rows of W latent values, each replaced by one of
// N codes.
//
// Shapes: B clips, T frames, D latent width, R = B T D / W rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/params/scope.h"
#include "flowtalk/prior/prior.h"

namespace flowtalk::prior {

// What a row is made of. kFrame: W neighbouring channels of one frame, so that codes do not depend
// on how long a clip is. kTime, for weights of ProbTalk3D: latents on their side, (D, T), cut into
// pieces of W. A row is then W frames of one channel, in clips of fewer frames parts of several,
// and another length makes other codes.
enum class RowsOf { kFrame, kTime };

// Text value of a field table: "frame" or "time".
std::string text_of(RowsOf rows);
void from_text(const std::string& word, RowsOf& rows);

struct QuantiserConfig {
  int codes = 128, width = 8;
  RowsOf rows = RowsOf::kFrame;

  template <class V>
  void fields(V&& field) {
    field("codes", codes, between(2, 65536), "codes to choose from");
    field("width", width, between(1, 4096), "latent values that one code stands for");
    field("rows", rows, "where these lie: within a frame, or over time as in ProbTalk3D");
  }
};

// The least of each row of (R, codes); of equal ones the first.
std::vector<int64_t> least_of_rows(std::span<const float> values, int64_t codes);
// The first code of each row at which the running sum of its probabilities exceeds the row's
// uniform in [0, 1); the last one with a chance if rounding lets none.
std::vector<int64_t> drawn_from_rows(std::span<const float> probabilities, int64_t codes,
                                     std::span<const float> uniforms);
// How often each of `count` codes is in the list.
std::vector<int64_t> usage_of(std::span<const int64_t> codes, int64_t count);
// exp of the entropy of a usage: how many codes it amounts to. 0 where nothing was counted.
double perplexity_of(std::span<const int64_t> usage);

template <class Ops>
struct Quantised {
  ops::TensorOf<Ops> values;   // (B, T, D): the codes in the place of the latents
  std::vector<int64_t> codes;  // (R), which they are
};

template <class Ops>
struct Quantiser {
  using T = ops::TensorOf<Ops>;

  // Error: rows that do not divide the latent width.
  Quantiser(params::Scope<Ops> p, int64_t latent, const QuantiserConfig& c)
      : table(p.tensor("codes", {c.codes, c.width},
                       params::uniform(1.0f / static_cast<float>(c.codes)))),
        config(c) {
    if (latent % c.width != 0) {
      fail("codes of {} values: expected a width that divides the {} latent channels", c.width,
           latent);
    }
  }

  // |z|^2 + |e|^2 - 2 z e of each row and each code: latents (B, T, D) -> (R, N)
  T distances(Ops& ops, const T& z) const {
    const T rows = rows_of(ops, z);
    const T of_rows = ops.reshape(ops.sum_last(ops.mul(rows, rows)), {ops.shape(rows)[0], 1});
    const T of_codes = ops.sum_last(ops.mul(table, table));
    return ops.sub(ops.add(of_rows, of_codes), ops.scale(ops.linear(rows, table), 2));
  }

  Quantised<Ops> nearest(Ops& ops, const T& z) const {
    return with(ops, least_of_rows(ops.to_host(distances(ops, z)), config.codes), ops.shape(z));
  }
  // Drawn by softmax(-distance / temperature), temperature above 0; one uniform per row.
  Quantised<Ops> sampled(Ops& ops, const T& z, float temperature,
                         std::span<const float> uniforms) const {
    FT_CHECK(temperature > 0, "temperature {}", temperature);
    const T odds = ops.softmax_last(ops.scale(distances(ops, z), -1 / temperature));
    return with(ops, drawn_from_rows(ops.to_host(odds), config.codes, uniforms), ops.shape(z));
  }
  // The values of given codes, as latents of this shape (B, T, D). Their gradient trains the codes.
  T values_of(Ops& ops, std::span<const int64_t> codes, const ops::Shape& shape) const {
    FT_CHECK(static_cast<int64_t>(codes.size()) * config.width == tensor::count(shape),
             "{} codes of {} values for latents {}", codes.size(), config.width,
             tensor::to_string(shape));
    const T rows = ops.rows(table, codes);
    if (config.rows == RowsOf::kFrame) return ops.reshape(rows, shape);
    return ops.transpose(ops.reshape(rows, {shape[0], shape[2], shape[1]}), 1, 2);
  }

  T table;  // (N, W)
  QuantiserConfig config;

 private:
  // (B, T, D) -> (R, W)
  T rows_of(Ops& ops, const T& z) const {
    const T along = config.rows == RowsOf::kFrame ? z : ops.transpose(z, 1, 2);
    return ops.reshape(along, {tensor::count(ops.shape(z)) / config.width, config.width});
  }
  Quantised<Ops> with(Ops& ops, std::vector<int64_t> codes, const ops::Shape& shape) const {
    const T values = values_of(ops, codes, shape);
    return {values, std::move(codes)};
  }
};

// The codes' values, and to the latents z the gradient that they get: z + (values - z), the
// difference without a gradient.
template <class Ops>
ops::TensorOf<Ops> straight_through(Ops& ops, const ops::TensorOf<Ops>& z,
                                    const ops::TensorOf<Ops>& values) {
  return ops.add(z, ops.detach(ops.sub(values, z)));
}

// What was encoded (B, T, D), as the nearest codes.
template <class Ops>
Posterior<Ops> coded_by(Ops& ops, const Quantiser<Ops>& quantiser,
                        const ops::TensorOf<Ops>& encoded) {
  auto made = quantiser.nearest(ops, encoded);
  const auto mean = straight_through(ops, encoded, made.values);
  return {.mean = mean, .coded = Coded<Ops>{encoded, made.values, std::move(made.codes)}};
}

}  // namespace flowtalk::prior
