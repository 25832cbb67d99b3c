#include "flowtalk/train/draws.h"

#include <torch/torch.h>

#include <numeric>

namespace flowtalk::train {
namespace {

template <class F>
torch::Tensor each_of(std::vector<Rng> streams, const F& draw) {
  std::vector<torch::Tensor> all;
  for (Rng& stream : streams) {
    all.push_back(draw(torch::make_generator<torch::CPUGeneratorImpl>(stream.next_u64())));
  }
  return torch::stack(all);
}

}  // namespace

Draws::Draws(int64_t seed, int64_t step, const Share& share)
    : step_(Rng(static_cast<uint64_t>(seed)).fork("draws").fork(static_cast<uint64_t>(step))),
      share_(share) {}

std::vector<int64_t> Draws::items() const {
  std::vector<int64_t> items(static_cast<size_t>(share_.count));
  std::iota(items.begin(), items.end(), share_.first);
  return items;
}

std::vector<Rng> Draws::streams_of(std::string_view name, const std::vector<int64_t>& items) const {
  const Rng named = step_.fork(name);
  std::vector<Rng> streams;
  for (const int64_t item : items) streams.push_back(named.fork(static_cast<uint64_t>(item)));
  return streams;
}

std::vector<Rng> Draws::streams(std::string_view name) const { return streams_of(name, items()); }

torch::Tensor Draws::normal_of(std::string_view name, const std::vector<int64_t>& items,
                               const std::vector<int64_t>& shape) const {
  return each_of(streams_of(name, items),
                 [&](const torch::Generator& generator) { return torch::randn(shape, generator); });
}

torch::Tensor Draws::normal(std::string_view name, const std::vector<int64_t>& shape) const {
  return normal_of(name, items(), shape);
}

torch::Tensor Draws::uniform(std::string_view name, const std::vector<int64_t>& shape) const {
  return each_of(streams(name),
                 [&](const torch::Generator& generator) { return torch::rand(shape, generator); });
}

}  // namespace flowtalk::train
