#include "flowtalk/data/packed.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kColumns = 9;
constexpr int64_t kHeldBytes = 256 << 20;  // of all shards, before their pages are given back
constexpr int64_t kAround = 2 << 20;   // what the system may map around what is read: a large page
constexpr float kMaxFrames = 1 << 24;  // whole numbers that float32 tells apart

// A clip of a table as it stands there.
std::array<float, kColumns> values_of(const PackedClip& clip) {
  std::array<float, kColumns> row{};
  size_t column = 0;
  for (const int64_t value :
       {int64_t{clip.name.style}, int64_t{clip.name.sentence}, int64_t{clip.name.emotion},
        int64_t{clip.name.level}, int64_t{clip.copy}, clip.motion_frames, clip.speech_frames,
        clip.motion_at, clip.speech_at}) {
    FT_CHECK(static_cast<float>(value) < kMaxFrames, "{}", value);
    row[column++] = static_cast<float>(value);
  }
  return row;
}

// Error unless the rows of a tensor are as many as the clips say, and as wide as expected.
void check_rows(const formats::SafetensorsFile& file, const char* name, int64_t rows,
                int64_t width) {
  if (file.dtype(name) != formats::Dtype::kF32) {
    fail("{}: {} is {}, expected F32", file.path(), name, formats::name_of(file.dtype(name)));
  }
  const tensor::Shape expected = {rows, width}, &got = file.shape(name);
  if (got != expected) {
    fail("{}: {} has the shape {}, its clips need {}; pack it anew", file.path(), name,
         tensor::to_string(got), tensor::to_string(expected));
  }
}

bool is_shard_name(const std::string& file) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return !file.empty() && file.size() <= 255 && file.front() != '.' &&
         file.find_first_not_of(kLetters) == std::string::npos;
}

}  // namespace

PackedList load_packed_list(const fs::path& path) {
  Json json = parse_json(load_file(path), path.string());
  PackedList list;
  const auto shards = json.find("shards");
  if (shards == json.end() || !shards->is_array()) {
    fail("{}: has no list of shards; pack it anew", path.string());
  }
  for (const Json& item : *shards) {
    Shard shard;
    from_json(item, shard, path.string() + ".shards");
    if (!is_shard_name(shard.file)) {
      fail("{}: '{}' is no name of a shard", path.string(), formats::printable(shard.file));
    }
    list.shards.push_back(std::move(shard));
  }
  json.erase("shards");
  from_json(json, list.facts, path.string());
  return list;
}

void save_packed_list(const fs::path& path, const PackedList& list) {
  Json json = to_json(list.facts);
  json["shards"] = Json::array();
  for (const Shard& shard : list.shards) json["shards"].push_back(to_json(shard));
  save_file(path, json.dump(2) + "\n");
}

tensor::Tensor table_of(const std::vector<PackedClip>& clips) {
  tensor::Tensor table({static_cast<int64_t>(clips.size()), kColumns});
  float* out = table.data();
  for (const PackedClip& clip : clips) out = std::ranges::copy(values_of(clip), out).out;
  return table;
}

PackedClip clip_in(const tensor::Tensor& table, int64_t i) {
  const float* row = table.data() + i * kColumns;
  const auto name = [&](int c) { return static_cast<int>(row[c]); };
  const auto frames = [&](int c) { return static_cast<int64_t>(row[c]); };
  return {
      {name(0), name(1), name(2), name(3)}, name(4), frames(5), frames(6), frames(7), frames(8)};
}

void check_table(const tensor::Tensor& table, const PackedFacts& facts, const std::string& where) {
  if (table.rank() != 2 || table.dim(1) != kColumns) {
    fail("{}: the table of clips has the shape {}, expected (N, {})", where,
         tensor::to_string(table.shape()), kColumns);
  }
  const auto& names = facts.conditions;
  const float limits[kColumns] = {static_cast<float>(names.styles.size()),
                                  1000,
                                  static_cast<float>(names.emotions.size()),
                                  static_cast<float>(names.levels.size()),
                                  static_cast<float>(facts.copies + 1),
                                  kMaxFrames,
                                  kMaxFrames,
                                  kMaxFrames,
                                  kMaxFrames};
  int64_t motion_at = 0, speech_at = 0;
  for (int64_t i = 0; i < table.dim(0); ++i) {
    for (int64_t c = 0; c < kColumns; ++c) {
      const float value = table[i * kColumns + c];
      if (value >= 0 && value < limits[c] && value == std::floor(value)) continue;
      fail("{}: clip {} of the table has {} in column {}, expected a whole number below {}", where,
           i, value, c, limits[c]);
    }
    const PackedClip clip = clip_in(table, i);
    if (clip.motion_frames == 0 || clip.name.sentence == 0) {
      fail("{}: clip {} of the table is empty", where, i);
    }
    if (clip.motion_at != motion_at || clip.speech_at != speech_at) {
      fail("{}: clip {} of the table does not follow the one before it", where, i);
    }
    motion_at += clip.motion_frames;
    speech_at += clip.speech_frames;
  }
}

Packed::Packed(const fs::path& folder) : list_(load_packed_list(folder / kPackedIndex)) {
  for (const Shard& shard : list_.shards) open(folder, shard);
  if (shards_.empty() || size() == 0) fail("{}: holds no clip; pack it anew", folder.string());
}

void Packed::open(const fs::path& folder, const Shard& shard) {
  const fs::path path = folder / shard.file;
  std::error_code code;
  const auto bytes = fs::file_size(path, code);
  if (code) fail("{}: is missing; copy the whole folder, or pack it anew", path.string());
  if (static_cast<int64_t>(bytes) != shard.bytes) {
    fail("{}: has {} bytes, expected {}; copy it once more", path.string(), bytes, shard.bytes);
  }
  Opened opened;
  if (!shards_.empty()) {
    opened.first = shards_.back().first + static_cast<size_t>(shards_.back().table.dim(0));
  }
  opened.file = std::make_shared<const formats::SafetensorsFile>(path);
  opened.table = opened.file->load("clips");
  check_table(opened.table, list_.facts, path.string());
  const int64_t clips = opened.table.dim(0);
  if (clips != shard.clips || clips == 0) {
    fail("{}: holds {} clips, expected {}; pack it anew", path.string(), clips, shard.clips);
  }
  const PackedClip last = clip_in(opened.table, clips - 1);
  check_rows(*opened.file, "motion", last.motion_at + last.motion_frames, motion::kLive);
  opened.motion = opened.file->load("motion");
  const int64_t spoken = last.speech_at + last.speech_frames;
  if (spoken > 0) {
    check_rows(*opened.file, "speech", spoken, list_.facts.speech_channels);
    opened.speech = opened.file->load("speech");
  }
  opened.file->drop_pages();
  shards_.push_back(std::move(opened));
}

const Packed::Opened& Packed::shard_of(size_t clip) const {
  const auto next =
      std::ranges::upper_bound(shards_, clip, {}, [](const Opened& shard) { return shard.first; });
  return *std::prev(next);
}

PackedClip Packed::operator[](size_t clip) const {
  const Opened& shard = shard_of(clip);
  return clip_in(shard.table, static_cast<int64_t>(clip - shard.first));
}

tensor::Tensor Packed::rows(const Opened& shard, const tensor::Tensor& all, int64_t first,
                            int64_t count) const {
  const int64_t width = all.dim(1);
  const int64_t bytes = count * width * static_cast<int64_t>(sizeof(float)) + kAround;
  if (read_.fetch_add(bytes) + bytes > kHeldBytes) {
    read_.store(0);
    for (const Opened& opened : shards_) opened.file->drop_pages();
  }
  return tensor::Tensor::borrow({count, width}, all.data() + first * width, shard.file);
}

tensor::Tensor Packed::motion(size_t i) const {
  const Opened& shard = shard_of(i);
  const PackedClip clip = (*this)[i];
  return rows(shard, shard.motion, clip.motion_at, clip.motion_frames);
}

tensor::Tensor Packed::speech(size_t i) const {
  const PackedClip clip = (*this)[i];
  if (clip.speech_frames == 0) return {};
  const Opened& shard = shard_of(i);
  return rows(shard, shard.speech, clip.speech_at, clip.speech_frames);
}

bool is_packed(const fs::path& folder) { return fs::exists(folder / kPackedIndex); }

void check_packed(const fs::path& folder, bool quiet) {
  const PackedList list = load_packed_list(folder / kPackedIndex);
  const Packed opened(folder);
  Progress progress("Checking shards", static_cast<int64_t>(list.shards.size()), "shards", quiet);
  for (const Shard& shard : list.shards) {
    const fs::path path = folder / shard.file;
    const std::string found = formats::sha256_of(path);
    if (found != shard.sha256) {
      fail("{}: its SHA-256 is {}, expected {}; copy it once more", path.string(), found,
           shard.sha256);
    }
    progress.advance();
  }
}

}  // namespace flowtalk::data
