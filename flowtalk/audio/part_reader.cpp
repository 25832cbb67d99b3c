#include "flowtalk/audio/part_reader.h"

#include <algorithm>
#include <utility>

namespace flowtalk::audio {

PartReader::PartReader(const std::filesystem::path& path, WavPart part)
    : in_(path, std::ios::binary), part_(std::move(part)), header_(part_.header()) {
  size_ = header_.size();
  for (const WavPart::Range& range : part_.ranges) {
    begins_.push_back(size_);
    size_ += range.end - range.begin;
  }
}

size_t PartReader::read(uint8_t* to, size_t count) {
  if (at_ < header_.size()) {
    count = std::min(count, header_.size() - static_cast<size_t>(at_));
    std::copy_n(header_.data() + at_, count, to);
  } else if (at_ < size_) {
    const auto after = std::upper_bound(begins_.begin(), begins_.end(), at_);
    const auto i = static_cast<size_t>(after - begins_.begin()) - 1;
    const WavPart::Range& range = part_.ranges[i];
    const uint64_t from = range.begin + (at_ - begins_[i]);
    count = static_cast<size_t>(std::min<uint64_t>(count, range.end - from));
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(from));
    in_.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(count));
    count = static_cast<size_t>(in_.gcount());
  } else {
    return 0;
  }
  at_ += count;
  return count;
}

}  // namespace flowtalk::audio
