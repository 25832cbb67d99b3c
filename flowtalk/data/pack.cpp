#include "flowtalk/data/pack.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/part_files.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEnding = ".part.json";

void refuse_whole(const fs::path& folder) {
  if (!is_packed(folder)) return;
  fail("{}: is a packed data set already; choose another folder for {}, or delete this one",
       folder.string(), Field("out"));
}

bool same(const PackedFacts& a, const PackedFacts& b) { return to_json(a) == to_json(b); }

}  // namespace

Range range_of(const Part& part, size_t size) {
  return {size * part.index / part.count, size * (part.index + 1) / part.count};
}

Packer::Packer(fs::path folder, const Part& part, PackedFacts facts, int64_t shard_bytes)
    : folder_(std::move(folder)), part_(part), list_{facts, {}}, shard_bytes_(shard_bytes) {
  refuse_whole(folder_);
  const fs::path list = part_file(folder_, part_, kEnding);
  there_ = fs::exists(list);
  if (there_ && !same(load_packed_list(list).facts, facts)) {
    fail("{}: is a part with other conditions, face, encoder or copies; choose another folder",
         list.string());
  }
  fs::create_directories(folder_);
}

void Packer::add(const ClipName& name, int copy, const tensor::Tensor& motion,
                 const tensor::Tensor& speech) {
  FT_CHECK(motion.rank() == 2 && motion.dim(1) == motion::kLive, "{}",
           tensor::to_string(motion.shape()));
  const int64_t frames = speech.empty() ? 0 : speech.dim(0);
  FT_CHECK(frames == 0 || speech.dim(1) == list_.facts.speech_channels, "{}",
           tensor::to_string(speech.shape()));
  const int64_t channels = std::max(1, list_.facts.speech_channels);
  clips_.push_back({name, copy, motion.dim(0), frames,
                    static_cast<int64_t>(motion_.size()) / motion::kLive,
                    static_cast<int64_t>(speech_.size()) / channels});
  motion_.insert(motion_.end(), motion.values().begin(), motion.values().end());
  if (frames > 0) speech_.insert(speech_.end(), speech.values().begin(), speech.values().end());
  bytes_ += static_cast<int64_t>((motion.values().size_bytes() + speech.values().size_bytes()));
  if (bytes_ >= shard_bytes_) close_shard();
}

void Packer::close_shard() {
  if (clips_.empty()) return;
  const std::string name =
      fmt::format("{:05}-{:05}.safetensors", part_.index + 1, list_.shards.size() + 1);
  const auto lying = [](const std::vector<float>& values, int64_t width) {
    return tensor::Tensor::borrow({static_cast<int64_t>(values.size()) / width, width},
                                  values.data(), nullptr);
  };
  formats::NamedTensors tensors = {{"clips", table_of(clips_)},
                                   {"motion", lying(motion_, motion::kLive)}};
  if (!speech_.empty()) tensors.emplace_back("speech", lying(speech_, list_.facts.speech_channels));
  formats::save_safetensors(folder_ / name, tensors);
  list_.shards.push_back({name, static_cast<int64_t>(clips_.size()),
                          static_cast<int64_t>(fs::file_size(folder_ / name)),
                          formats::sha256_of(folder_ / name)});
  clips_.clear();
  motion_.clear();
  speech_.clear();
  bytes_ = 0;
}

void Packer::finish() {
  close_shard();
  save_packed_list(part_file(folder_, part_, kEnding), list_);
  if (part_.count == 1) merge_parts(folder_);
}

void merge_parts(const fs::path& folder) {
  refuse_whole(folder);
  const auto lists = part_files(folder, kEnding, "parts of a packed data set");
  PackedList all;
  for (const fs::path& path : lists) {
    const PackedList part = load_packed_list(path);
    if (path == lists.front()) all.facts = part.facts;
    if (!same(part.facts, all.facts)) {
      fail("{}: is a part with other conditions, face, encoder or copies than the first",
           path.string());
    }
    all.shards.insert(all.shards.end(), part.shards.begin(), part.shards.end());
  }
  save_packed_list(folder / kPackedIndex, all);
  for (const fs::path& path : lists) fs::remove(path);
}

}  // namespace flowtalk::data
