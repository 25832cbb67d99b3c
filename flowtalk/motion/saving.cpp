// Motion to disk; docs/motion.md lists the arrays.
#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/motion/names.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;
namespace fs = std::filesystem;

Tensor columns_of_track(const Track& track, bool as_one) {
  const int64_t rows = as_one ? 1 : track.rows();
  Tensor table({rows, track.width});
  for (int64_t t = 0; t < rows; ++t) {
    std::ranges::copy(track.at(t), table.data() + t * track.width);
  }
  return as_one ? table.reshape({track.width}) : table;
}

// Whether a part other than the shape says how many frames there are.
bool frames_without_shape(const Motion& motion) {
  bool say = motion.frames() == 1;
  for_each_track(motion, [&](const char*, const Track& track) {
    say = say || (&track != &motion.shape && track.rows() == motion.frames());
  });
  return say;
}

// The parts that a motion has, (T, W), by their names; one shape of all frames is (S).
formats::NamedTensors parts_of(const Motion& motion) {
  const std::pair<Meaning, const Track*> tracks[] = {{Meaning::kExpression, &motion.expression},
                                                     {Meaning::kJaw, &motion.jaw},
                                                     {Meaning::kNeck, &motion.neck},
                                                     {Meaning::kEyes, &motion.eyes},
                                                     {Meaning::kRoot, &motion.root},
                                                     {Meaning::kTranslation, &motion.translation},
                                                     {Meaning::kShape, &motion.shape}};
  formats::NamedTensors parts;
  for (const auto& [meaning, track] : tracks) {
    if (track->empty()) continue;
    const bool one =
        meaning == Meaning::kShape && motion.one_shape() && frames_without_shape(motion);
    parts.emplace_back(written_name(meaning), columns_of_track(*track, one));
  }
  return parts;
}

void save_npz(const fs::path& path, const Motion& motion, const Writing& writing) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, tensor] : parts_of(motion)) {
    files.emplace_back(name, formats::npy_of(tensor));
  }
  files.emplace_back(written_name(Meaning::kRate), formats::npy_of(motion.rate_hz));
  files.emplace_back(written_name(Meaning::kAxes),
                     formats::npy_of_texts({text_of(motion.axes)}, true));
  if (!writing.expression_names.empty()) {
    files.emplace_back(written_name(Meaning::kAxesNames),
                       formats::npy_of_texts(writing.expression_names, false));
  }
  formats::save_npz(path, files);
}

void save_tensors(const fs::path& path, const Motion& motion) {
  formats::NamedTensors parts = parts_of(motion);
  parts.emplace_back(written_name(Meaning::kRate),
                     Tensor({1}, std::vector<float>{static_cast<float>(motion.rate_hz)}));
  formats::save_safetensors(path, parts, formats::Dtype::kF32,
                            {{std::string(written_name(Meaning::kAxes)), text_of(motion.axes)}});
}

}  // namespace

bool is_motion_name(const fs::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".npy" || ending == ".npz" || ending == ".safetensors";
}

void save_motion(const fs::path& path, const Motion& motion, const Writing& writing) {
  const std::string ending = ending_of(path);
  FT_CHECK(is_motion_name(path), "{}", path.string());
  if (ending == ".npz") return save_npz(path, motion, writing);
  if (ending == ".safetensors") return save_tensors(path, motion);
  formats::save_npy(path, rows_of(motion, writing.width));
}

}  // namespace flowtalk::motion
