#include <gtest/gtest.h>

#include "flowtalk/nn/check_golden.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::nn {
namespace {

TEST(Gru, InFaceXHubert) {
  FT_GOLDEN_FOLDER(folder, "lineage/face_xhubert");
  ThreadPool pool(2);
  ops::NativeOps ops(pool);
  check_face_xhubert(ops, folder, 5e-6);
}

}  // namespace
}  // namespace flowtalk::nn
