#include "flowtalk/data/import_mead.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <tuple>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/part.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/hdf5.h"
#include "flowtalk/data/index.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kMaxFrames = int64_t{3600} * flame::kFps;  // one hour, as for sound

struct Part {
  const char* name;
  int64_t width, at;  // columns, and where they stand in a row of 403
};
constexpr std::array<Part, 3> kParts = {{{"shape", flame::kShape, 0},
                                         {"exp", flame::kExpression, flame::kShape},
                                         {"jaw", flame::kJaw, motion::kWideRow - flame::kJaw}}};

// Frames of a part after its shape has been checked.
int64_t frames_of(const tensor::Tensor& values, const Part& part, const fs::path& path) {
  const bool batched = values.rank() == 3 && values.dim(0) == 1;
  if ((!batched && values.rank() != 2) || values.dim(-1) != part.width) {
    fail("{}: dataset '{}' has the shape {}, expected (1, T, {})", path.string(), part.name,
         tensor::to_string(values.shape()), part.width);
  }
  if (values.dim(-2) < 1) fail("{}: dataset '{}' holds no frames", path.string(), part.name);
  return values.dim(-2);
}

// What a clip is made of, or why it cannot be made.
struct RawClip {
  tensor::Tensor motion;
  audio::Audio sound;
  std::vector<audio::SoundWarning> warnings;  // of the sound
  std::string problem;
};

RawClip load_clip(const RawPair& pair) {
  RawClip clip;
  try {
    clip.motion = load_reconstruction(pair.motion);
    audio::SourceFormat source;
    clip.sound = audio::load_audio(pair.sound, {}, &source);
    clip.warnings = source.warnings(clip.sound.duration_s());
  } catch (const Error& e) {
    clip.problem = e.what();
  }
  return clip;
}

}  // namespace

int64_t ImportReport::damaged() const {
  return std::count_if(left_out.begin(), left_out.end(),
                       [](const LeftOut& l) { return !l.expected; });
}

tensor::Tensor load_reconstruction(const fs::path& hdf5) {
  const auto parts =
      load_hdf5(hdf5, {kParts[0].name, kParts[1].name, kParts[2].name}, kMaxFrames * flame::kShape);
  const int64_t frames = frames_of(parts[1], kParts[1], hdf5);
  tensor::Tensor motion({1, frames, motion::kWideRow});
  for (size_t p = 0; p < kParts.size(); ++p) {
    const Part& part = kParts[p];
    const int64_t held = frames_of(parts[p], part, hdf5);
    const bool still = p == 0 && held == 1;  // one shape for the whole take
    if (held != frames && !still) {
      fail("{}: dataset '{}' holds {} frames, 'exp' {}", hdf5.string(), part.name, held, frames);
    }
    for (int64_t t = 0; t < frames; ++t) {
      const float* from = parts[p].data() + (still ? 0 : t) * part.width;
      std::copy_n(from, part.width, motion.data() + t * motion::kWideRow + part.at);
    }
  }
  for (int64_t i = 0; i < motion.size(); ++i) {
    if (!std::isfinite(motion[i])) {
      fail("{}: frame {} holds a value that is not finite", hdf5.string(), i / motion::kWideRow);
    }
  }
  return motion;
}

fs::path left_out_list(const ImportOptions& options) {
  const flowtalk::Part own = part_of(options.part, environment);
  return options.out / "mead" /
         (own.count == 1 ? "left_out.tsv"
                         : fmt::format("left_out.{}-of-{}.tsv", own.index + 1, own.count));
}

void save_left_out(const ImportReport& report, const fs::path& file) {
  std::string text;
  for (const LeftOut& l : report.left_out) {
    text += fmt::format("{}\t{}\t{}\n", l.kind, l.file, l.reason);
  }
  save_file(file, text);
}

ImportReport import_mead(const ImportOptions& options) {
  for (const auto& [field, folder] :
       {std::pair("reconstruction", options.reconstruction), std::pair("audio", options.sound)}) {
    if (folder.empty()) fail_usage("{} is required: give a folder", Field(field));
  }
  const flowtalk::Part own = part_of(options.part, environment);
  if (!can_read_hdf5()) load_hdf5(options.reconstruction, {}, 0);  // says how to get it
  RawTree tree = scan_raw_mead(options.reconstruction, options.sound, options.all_subjects);
  const fs::path mead = options.out / "mead";
  for (const char* folder : {"param", "wav"}) make_parent_folder(mead / folder / "x");
  if (own.index == 0) save_dataset_facts(mead, {motion::Axes::kFlame});
  ImportReport report;
  report.left_out = std::move(tree.left_out);
  std::mutex mutex;
  const std::vector<RawPair> pairs = own_of(tree.pairs, own);
  Progress progress("Importing MEAD", static_cast<int64_t>(pairs.size()), "clips", options.quiet);
  ThreadPool pool(options.threads);
  pool.parallel_for(static_cast<int64_t>(pairs.size()), [&](int64_t i) {
    const RawPair& pair = pairs[static_cast<size_t>(i)];
    const fs::path wav = mead / "wav" / (pair.stem + ".wav");
    const fs::path npy = mead / "param" / (pair.stem + ".npy");
    const bool there = fs::exists(wav) && fs::exists(npy) && !options.overwrite;
    const RawClip clip = there ? RawClip{} : load_clip(pair);
    if (!there && clip.problem.empty()) {
      audio::save_wav(wav, clip.sound);
      formats::save_npy(npy, clip.motion);  // last: an interrupted clip is made again
    }
    const std::lock_guard lock(mutex);
    if (!clip.problem.empty()) {
      report.left_out.push_back({"damaged", pair.stem, clip.problem});
    } else {
      ++(there ? report.kept : report.written);
      report.duration_s += clip.sound.duration_s();
      report.sound.add(pair.stem, clip.warnings);
    }
    progress.advance();
  });
  std::sort(report.left_out.begin(), report.left_out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.kind, a.file) < std::tie(b.kind, b.file);
  });
  return report;
}

}  // namespace flowtalk::data
