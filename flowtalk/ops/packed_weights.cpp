#include "flowtalk/ops/packed_weights.h"

#include <algorithm>

namespace flowtalk::ops {

std::shared_ptr<const PackedGroups> PackedWeights::find(const tensor::Tensor& weight,
                                                        int64_t groups,
                                                        const std::function<PackedGroups()>& make) {
  tensor::Shape shape = weight.shape();
  shape.push_back(groups);
  const Key key(weight.data(), std::move(shape));
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end() && !found->second.owner.expired()) return found->second.packed;
  }
  auto packed = std::make_shared<const PackedGroups>(make());
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
