// Parameters of many frames as files hold them: rows of 53, 353 or 403 values, or one array per
// part (shape, expression, poses, translation).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// Columns of a table, one row per frame; a single row holds for all frames, no rows stand for
// zeros.
struct Part {
  tensor::Tensor table;  // (T, W) or (1, W)
  int64_t first = 0, width = 0;

  int64_t rows() const { return table.empty() ? 0 : table.dim(0); }
  std::span<const float> at(int64_t frame) const;
};

struct Parameters {
  Part shape, expression;                   // up to 300, up to 100 wide
  Part root, neck, jaw, eyes, translation;  // 3 wide, eyes 6: left, right
  std::vector<std::string> unused;          // names of arrays in the file that are none of these

  int64_t frames() const;  // of the longest part
  FaceFrame frame(int64_t t) const;
  bool one_shape() const;  // all frames have the same
};

// .npy: rows of 53, 353 or 403 values, (T, W) or (1, T, W).
// .npz, .safetensors: arrays named PREFIXshape, PREFIXexpression, PREFIXglobal_pose, ...; see
// kPartNames; (T, W), (1, T, W), or (W) for all frames.
// Errors name the file and the array: other shapes, lengths that differ, values that are not
// finite, no part at all.
Parameters load_parameters(const std::filesystem::path& path, const std::string& prefix = "");

// One part from a .npy file: (T, width), or fewer columns where `narrower`.
Part load_part(const std::filesystem::path& path, int64_t width, bool narrower = false);

// Error unless all parts have one row or the same number of rows. `where` names their source.
void check_lengths(const Parameters& parameters, const std::string& where);

}  // namespace flowtalk::face
