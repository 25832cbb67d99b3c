// MEAD's raw form to 3DMEAD's layout: OUT/mead/param/STEM.npy, (1, T, 403) float32 = shape 300,
// expression 100, jaw 3, and OUT/mead/wav/STEM.wav, 16 kHz mono 16 bit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/data/mead_tree.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

struct ImportOptions {
  std::filesystem::path reconstruction, sound, out = "datasets";
  std::string part;           // K/N, by as many processes; "": all, or that of a Slurm array's task
  bool overwrite = false;     // make again what is there
  bool all_subjects = false;  // also the 15 subjects without a speaking style
  int threads = 0;            // 0: all
  bool quiet = false;         // no progress

  template <class V>
  void fields(V&& field) {
    field("reconstruction", reconstruction, "folder of EMICA's HDF5 files");
    field("audio", sound, "folder of MEAD's sound files; any kind of sound");
    field("output", out, "folder (default datasets)");
    field("overwrite", overwrite, "make again the clips that are there");
    field("all_subjects", all_subjects,
          "also the 15 subjects without a speaking style, which are not trained on");
    field(
        "part", part,
        "K/N: of N parts of the clips the K-th; in a Slurm array by itself that of the task. Once "
        "more without it lists what all of them left out");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

struct ImportReport {
  int64_t written = 0, kept = 0;  // clips made, clips that were there
  double duration_s = 0;          // of the sound written
  std::vector<LeftOut> left_out;  // sorted by kind and file
  audio::SoundWarnings sound;     // of the sound written, by the names of the clips
  int64_t damaged() const;        // how many of left_out a sound copy of MEAD would not have
};

// The folder says in dataset.json that the motion has the axes of FLAME, and names its clips by
// 3DMEAD's conditions. Runs in parallel and goes on after a damaged file, which is listed. A clip
// counts as there when both its files are; the motion is written last. Errors: no libhdf5 in this
// build, a folder that is missing or holds nothing to import, an output that cannot be written.
ImportReport import_mead(const ImportOptions& options);

// Where that is listed: left_out.tsv of the folder, or of a part left_out.3-of-8.tsv.
std::filesystem::path left_out_list(const ImportOptions& options);
// What was left out as a table: a line per file, its kind, name and reason with tabs between.
void save_left_out(const ImportReport& report, const std::filesystem::path& file);

// (1, T, 403) of one EMICA file with the datasets shape (1,T,300), exp (1,T,100) and jaw (1,T,3);
// the leading axis may be missing, and a shape of one frame stands for all. Errors name the file:
// another width, different numbers of frames, no frames, not finite.
tensor::Tensor load_reconstruction(const std::filesystem::path& hdf5);

}  // namespace flowtalk::data
