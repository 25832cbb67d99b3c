// A data set packed for training: the clips of a corpus that need not fit into memory lie end to
// end in shards, safetensors files that are mapped. packed.json says what they hold.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/index.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/motion/axes.h"

namespace flowtalk::data {

// What all shards of a packed data set have in common.
struct PackedFacts {
  int format = 1;
  Conditions conditions;
  motion::Axes axes = motion::Axes::kBuiltin;
  std::string encoder;  // which one's speech features are there, train::identity_of; "": none are
  int speech_channels = 0;
  int copies = 0;  // of each training clip, its voice changed by `augment`
  AugmentOptions augment;

  template <class V>
  void fields(V&& field) {
    field("format", format, between(1, 1), "of these files");
    field("conditions", conditions, "by which the clips are named");
    field("face", axes, "whose expression axes the motion has: builtin, or flame");
    field("encoder", encoder, "identity of the encoder whose features are there; empty: none are");
    field("speech_channels", speech_channels, between(0, 65536), "of the speech features");
    field("copies", copies, between(0, 100), "of each training clip, its voice changed");
    field("augment", augment, "changes to the voice of such a copy");
  }
};

struct Shard {
  std::string file;  // its name in the folder
  int64_t clips = 0, bytes = 0;
  std::string sha256;

  template <class V>
  void fields(V&& field) {
    field("file", file, "name");
    field("clips", clips, between(int64_t{0}, int64_t{1} << 32), "of it and their copies");
    field("bytes", bytes, between(int64_t{0}, int64_t{1} << 50), "of the file");
    field("sha256", sha256, "of the file");
  }
};

struct PackedList {
  PackedFacts facts;
  std::vector<Shard> shards;  // in the order of the clips
};
// Errors name the file and the field.
PackedList load_packed_list(const std::filesystem::path& file);
void save_packed_list(const std::filesystem::path& file, const PackedList& list);

// What a shard's table says of each clip, one row: (N, 9) float32, whole numbers.
struct PackedClip {
  ClipName name;
  int copy = 0;  // 0: the clip itself
  int64_t motion_frames = 0, speech_frames = 0;
  int64_t motion_at = 0, speech_at = 0;  // its first rows in the shard

  bool operator==(const PackedClip&) const = default;
};
tensor::Tensor table_of(const std::vector<PackedClip>& clips);
// Row i of such a table.
PackedClip clip_in(const tensor::Tensor& table, int64_t i);
// Errors, naming `where`: not such a table, names that the conditions do not have, clips that do
// not lie end to end.
void check_table(const tensor::Tensor& table, const PackedFacts& facts, const std::string& where);

class Packed {
 public:
  // Maps all shards. Errors: one is missing or not of its size, or does not hold what its table
  // says. Their hashes are not computed here.
  explicit Packed(const std::filesystem::path& folder);

  const PackedFacts& facts() const { return list_.facts; }
  size_t size() const {
    return shards_.back().first + static_cast<size_t>(list_.shards.back().clips);
  }
  PackedClip operator[](size_t clip) const;
  // Borrowed from the mapped files, not to be written to; pages are given back as the reading goes
  // on, so that memory does not grow with the corpus. Thread-safe.
  tensor::Tensor motion(size_t clip) const;  // (T, 53)
  tensor::Tensor speech(size_t clip) const;  // (T', channels); empty where there is none

 private:
  struct Opened {
    size_t first = 0;  // clip of all
    std::shared_ptr<const formats::SafetensorsFile> file;
    tensor::Tensor table, motion, speech;
  };
  void open(const std::filesystem::path& folder, const Shard& shard);
  const Opened& shard_of(size_t clip) const;
  tensor::Tensor rows(const Opened& shard, const tensor::Tensor& all, int64_t first,
                      int64_t count) const;

  PackedList list_;
  std::vector<Opened> shards_;
  mutable std::atomic<int64_t> read_ = 0;  // bytes, since pages were given back
};

// Is it the folder of a packed data set?
bool is_packed(const std::filesystem::path& folder);

// Reads every shard. Error: one whose hash is not the one in the list.
void check_packed(const std::filesystem::path& folder, bool quiet);

}  // namespace flowtalk::data
