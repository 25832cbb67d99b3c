// Motion on disk: rows of 53, 353 or 403 values, or one array per track under the names of the
// field.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {

struct MotionFile {
  Motion motion;
  std::vector<std::string> unused;  // names of arrays in the file that are no track
};

// .npy: rows of 53, 353 or 403 values, (T, W) or (1, T, W).
// .npz, .safetensors: arrays named PREFIXshape, PREFIXexpression, PREFIXglobal_pose, ...; see
// kTracks; (T, W), (1, T, W), or (W) for all frames.
// A file does not say whose axes its expression has: they are the caller's.
// Errors name the file and the array: other shapes, no frames, lengths that differ, values that are
// not finite, no track at all.
MotionFile open_motion(const std::filesystem::path& path, Axes axes,
                       const std::string& prefix = "");
// The same where nothing but the motion matters.
Motion load_motion(const std::filesystem::path& path, Axes axes);

// Of rows that are read already, (T, W) or (1, T, W); `where` names them in errors.
Motion checked_rows(const tensor::Tensor& rows, Axes axes, const std::string& where);

// Writes rows_of(motion, width).
void save_motion(const std::filesystem::path& npy, const Motion& motion, int64_t width = kWideRow);

// One track from a .npy file: (T, width), or fewer columns where `narrower`.
Track load_track(const std::filesystem::path& path, int64_t width, bool narrower = false);

// Error unless all tracks have one row or the same number of rows. `where` names their source.
void check_lengths(const Motion& motion, const std::string& where);

}  // namespace flowtalk::motion
