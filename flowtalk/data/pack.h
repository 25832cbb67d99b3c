// Writes a packed data set (packed.h), by one process or by several that each take a part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "flowtalk/base/part.h"
#include "flowtalk/data/packed.h"

namespace flowtalk::data {

// Of `size` items in order the part's own, one after the other, so that the parts end to end are
// all in order.
struct Range {
  size_t first = 0, last = 0;  // beyond its end
};
Range range_of(const Part& part, size_t size);

class Packer {
 public:
  // A shard is closed when it holds shard_bytes. `there`: an earlier call has made this part.
  // Errors: the folder is a whole packed data set already; its part is of other facts.
  Packer(std::filesystem::path folder, const Part& part, PackedFacts facts, int64_t shard_bytes);
  bool there() const { return there_; }

  // motion: (T, 53); speech: (T', channels), or empty.
  void add(const ClipName& name, int copy, const tensor::Tensor& motion,
           const tensor::Tensor& speech);
  // The part is made; the folder is a packed data set where it is the only one.
  void finish();

 private:
  void close_shard();

  std::filesystem::path folder_;
  Part part_;
  PackedList list_;
  int64_t shard_bytes_, bytes_ = 0;
  bool there_ = false;
  std::vector<PackedClip> clips_;
  std::vector<float> motion_, speech_;
};

// Makes one packed data set of the parts in a folder. Errors: none, parts that are missing, or that
// do not belong together.
void merge_parts(const std::filesystem::path& folder);

}  // namespace flowtalk::data
