#include "flowtalk/model/native.h"

namespace flowtalk::model {

template struct FlowTalk<ops::NativeOps>;

}  // namespace flowtalk::model
