#include "flowtalk/data/pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* kEnding = ".part.json";

fs::path list_of(const fs::path& folder, const Part& part) {
  return folder / fmt::format("{:05}-of-{:05}{}", part.index + 1, part.count, kEnding);
}

void refuse_whole(const fs::path& folder) {
  if (!is_packed(folder)) return;
  fail("{}: is a packed data set already; choose another folder for {}, or delete this one",
       folder.string(), Field("out"));
}

// Whose lists are in a folder, and of how many parts each says it is.
std::vector<Part> parts_in(const fs::path& folder) {
  std::vector<Part> parts;
  if (!fs::is_directory(folder)) return parts;
  for (const auto& entry : fs::directory_iterator(folder)) {
    size_t which = 0, count = 0;
    const std::string name = entry.path().filename().string();
    if (std::sscanf(name.c_str(), "%5zu-of-%5zu", &which, &count) != 2 || which == 0) continue;
    const Part part{which - 1, count};
    if (list_of(folder, part) == entry.path()) parts.push_back(part);
  }
  return parts;
}

bool same(const PackedFacts& a, const PackedFacts& b) { return to_json(a) == to_json(b); }

}  // namespace

Range range_of(const Part& part, size_t size) {
  return {size * part.index / part.count, size * (part.index + 1) / part.count};
}

Packer::Packer(fs::path folder, const Part& part, PackedFacts facts, int64_t shard_bytes)
    : folder_(std::move(folder)), part_(part), list_{facts, {}}, shard_bytes_(shard_bytes) {
  refuse_whole(folder_);
  const fs::path list = list_of(folder_, part_);
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
  save_packed_list(list_of(folder_, part_), list_);
  if (part_.count == 1) merge_parts(folder_);
}

void merge_parts(const fs::path& folder) {
  refuse_whole(folder);
  const auto parts = parts_in(folder);
  if (parts.empty()) {
    fail("{}: holds no parts of a packed data set; make them with {}", folder.string(),
         Field("part"));
  }
  const size_t count = parts.front().count;
  for (const Part& part : parts) {
    if (part.count == count) continue;
    fail("{}: holds parts of {} and of {}; delete those that are not meant", folder.string(), count,
         part.count);
  }
  PackedList all;
  for (size_t k = 0; k < count; ++k) {
    const fs::path path = list_of(folder, {k, count});
    if (!fs::exists(path)) {
      fail("{}: part {} of {} is missing; make it with {} {}/{}", folder.string(), k + 1, count,
           Field("part"), k + 1, count);
    }
    const PackedList part = load_packed_list(path);
    if (k == 0) all.facts = part.facts;
    if (!same(part.facts, all.facts)) {
      fail("{}: is a part with other conditions, face, encoder or copies than the first",
           path.string());
    }
    all.shards.insert(all.shards.end(), part.shards.begin(), part.shards.end());
  }
  save_packed_list(folder / kPackedIndex, all);
  for (const Part& part : parts) fs::remove(list_of(folder, part));
}

}  // namespace flowtalk::data
