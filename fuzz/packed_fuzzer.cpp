// data/packed: the list of a packed data set, by itself and beside a shard, and the table of clips.
// No name leads out of the folder, and every clip of what is opened can be read.
#include "flowtalk/base/files.h"
#include "flowtalk/data/pack.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

// The list beside a shard of two clips.
const std::filesystem::path& list_beside_shard() {
  static const fuzz::ScratchFile list(data::kPackedIndex);
  static const bool made = [] {
    data::PackedFacts facts;
    facts.encoder = "e";
    facts.speech_channels = 2;
    data::Packer packer(list.path().parent_path(), {}, facts, 1 << 20);
    packer.add({0, 1, 0, 0}, 0, tensor::Tensor::zeros({3, 53}), tensor::Tensor::zeros({4, 2}));
    packer.add({1, 2, 1, 1}, 0, tensor::Tensor::zeros({2, 53}), {});
    packer.finish();
    return true;
  }();
  if (!made) fuzz::finding("no shard");
  return list.path();
}

void check_list(std::string_view text) {
  const auto& path = list_beside_shard();
  save_file(path, text);
  data::PackedList list;
  if (!fuzz::accepts([&] { list = data::load_packed_list(path); })) return;
  for (const data::Shard& shard : list.shards) {
    const std::filesystem::path name = shard.file;
    if (name.empty() || name != name.filename() || shard.file.front() == '.') {
      fuzz::finding("a shard outside of the folder");
    }
  }
  fuzz::accepts([&] {
    const data::Packed packed(path.parent_path());
    for (size_t i = 0; i < packed.size(); ++i) {
      for (const tensor::Tensor& x : {packed.motion(i), packed.speech(i)}) {
        for (const float value : x.values()) {
          if (value != 0) fuzz::finding("other values than were packed");
        }
      }
    }
  });
}

void check_rows(std::string_view bytes) {
  data::PackedFacts facts;
  facts.copies = 1;
  constexpr int64_t kColumns = 9;
  tensor::Tensor table({static_cast<int64_t>(bytes.size() / sizeof(float)) / kColumns, kColumns});
  std::copy_n(bytes.data(), table.values().size_bytes(), reinterpret_cast<char*>(table.data()));
  if (!fuzz::accepts([&] { data::check_table(table, facts, "x"); })) return;
  for (int64_t i = 0; i < table.dim(0); ++i) {
    const data::PackedClip clip = data::clip_in(table, i);
    facts.conditions.only(clip.name.emotion);
    facts.conditions.strength_of(clip.name.level);
    if (clip.motion_frames < 1 || clip.speech_frames < 0) fuzz::finding("frames of no clip");
  }
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = flowtalk::fuzz::bytes_of(data, size);
  flowtalk::check_list(bytes);
  flowtalk::check_rows(bytes);
  return 0;
}
