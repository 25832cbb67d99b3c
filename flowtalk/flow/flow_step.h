// What every flow step gives: the value and the log-determinant of its Jacobian per frame.
#pragma once

#include "flowtalk/params/scope.h"

namespace flowtalk::flow {

// value (B, T, C), log_det (B, T): frames are transformed causally, so that the log-determinant of
// the whole clip is the sum over frames.
template <class Ops>
struct FlowOutput {
  ops::TensorOf<Ops> value, log_det;
};

// A (1, 1) scalar as log-determinant of a step whose Jacobian is the same in every frame; it
// broadcasts against (B, T).
template <class Ops>
ops::TensorOf<Ops> constant_log_det(Ops& ops, const ops::TensorOf<Ops>& sum_of_logs) {
  return ops.reshape(sum_of_logs, {1, 1});
}

}  // namespace flowtalk::flow
