// The lips of a face as a differentiable function of motion, for lip losses: shape is the mean
// face, neck and eyes are at rest, jaw by Rodrigues' formula. On FLAME it is what face::Deformer
// gives for such motion; on the built-in head, whose models were trained so, the jaw has no pose
// correctives and expressions leave its joint where it is. Units: millimetres.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/train/means.h"

namespace flowtalk::train {

class LipVertices {
 public:
  // Error: a face whose lips are not known.
  LipVertices(const face::Face& face, torch::Device device);
  // motion (B, T, 53) -> (B, T, N, 3): up to 80 vertices spread over the lip region, then the
  // landmark pairs upper, lower.
  torch::Tensor positions(const torch::Tensor& motion) const;
  // Mean vertical distance of the landmark pairs, (B, T), from positions().
  torch::Tensor gap(const torch::Tensor& positions) const;
  // Positions of the region only, (B, T, R, 3).
  torch::Tensor region(const torch::Tensor& positions) const;
  // Which of the face's vertices they are, (N).
  const std::vector<uint32_t>& vertices() const { return ids_; }

 private:
  void take_corrections(const face::Face& face, torch::Device device);

  std::vector<uint32_t> ids_;
  int64_t region_count_ = 0, pair_count_ = 0;
  torch::Tensor rest_, basis_, jaw_weight_, jaw_joint_;  // (N,3) (50,N*3) (N,1) (3)
  // Of FLAME, else undefined: what the jaw's rotation R - I adds to the vertices before it
  // turns them, and how the expression moves the joint.
  torch::Tensor pose_basis_, joint_basis_;  // (9,N*3) (50,3)
};

// Mean over frames of the largest squared lip error, mm^2 (LVE), mask (B, T).
Summand lip_vertex_error(const torch::Tensor& predicted, const torch::Tensor& truth,
                         const torch::Tensor& mask);

}  // namespace flowtalk::train
