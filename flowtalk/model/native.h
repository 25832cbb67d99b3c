// The model on the native backend; instantiated once (instantiate_native.cpp).
#pragma once

#include "flowtalk/encoder/native.h"
#include "flowtalk/model/flowtalk.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::model {

extern template struct FlowTalk<ops::NativeOps>;
using NativeFlowTalk = FlowTalk<ops::NativeOps>;

}  // namespace flowtalk::model
