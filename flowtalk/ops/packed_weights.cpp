#include "flowtalk/ops/packed_weights.h"

#include <algorithm>

namespace flowtalk::ops {

PackedWeights::Key PackedWeights::key_of(const tensor::Tensor& weight, int64_t groups) {
  tensor::Shape shape;
  shape.reserve(weight.shape().size() + 1);
  shape.assign(weight.shape().begin(), weight.shape().end());
  shape.push_back(groups);
  return {weight.data(), std::move(shape)};
}

std::shared_ptr<const PackedGroups> PackedWeights::known_of(const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.owner.expired()) return nullptr;
  return found->second.packed;
}

std::shared_ptr<const PackedGroups> PackedWeights::keep(
    const Key& key, const tensor::Tensor& weight, std::shared_ptr<const PackedGroups> packed) {
  const std::lock_guard lock(mutex_);
  const auto made_meanwhile = entries_.find(key);
  if (made_meanwhile != entries_.end() && !made_meanwhile->second.owner.expired()) {
    return made_meanwhile->second.packed;
  }
  std::erase_if(entries_, [](const auto& item) { return item.second.owner.expired(); });
  entries_[key] = {weight.owner(), packed};
  return packed;
}

size_t PackedWeights::size() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), [](const auto& item) {
    return !item.second.owner.expired();
  }));
}

}  // namespace flowtalk::ops
