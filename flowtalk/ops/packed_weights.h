// Weights of linear and conv1d in the packed form of tensor/gemm.h, made at their first use.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "flowtalk/tensor/gemm.h"

namespace flowtalk::ops {

// One matrix per group of a convolution.
using PackedGroups = std::vector<tensor::PackedMatrix>;

// Entries live as long as the storage of the weight they were made from, and are dropped when the
// next weight comes: some weights are made anew for every clip. A storage that was freed is never
// mistaken for another at the same address. Safe to share between threads.
class PackedWeights {
 public:
  // What `make` returns, remembered for this weight (its storage, shape and `groups`).
  template <class Make>
  std::shared_ptr<const PackedGroups> find(const tensor::Tensor& weight, int64_t groups,
                                           const Make& make) {
    const Key key = key_of(weight, groups);
    if (auto known = known_of(key)) return known;
    return keep(key, weight, std::make_shared<const PackedGroups>(make()));
  }
  size_t size() const;  // of weights that are still there

 private:
  struct Entry {
    std::weak_ptr<const void> owner;
    std::shared_ptr<const PackedGroups> packed;
  };
  using Key = std::pair<const float*, tensor::Shape>;
  static Key key_of(const tensor::Tensor& weight, int64_t groups);
  std::shared_ptr<const PackedGroups> known_of(const Key& key) const;  // null: none
  // What another thread has made meanwhile, or this.
  std::shared_ptr<const PackedGroups> keep(const Key& key, const tensor::Tensor& weight,
                                           std::shared_ptr<const PackedGroups> packed);

  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace flowtalk::ops
