#include "flowtalk/face/face.h"

#include <gtest/gtest.h>
namespace flowtalk::face {
TEST(Face, Builds) { EXPECT_GE(builtin_face().vertex_count(), 3000); }
}  // namespace flowtalk::face
