// Tiles for plain vectors of the compiler: SSE2, NEON.
#include "flowtalk/face/deform_tile.h"

namespace flowtalk::face {

const DeformTable& deform_generic() {
  static const DeformTable table = make_deform_table<4, 4>();
  return table;
}

}  // namespace flowtalk::face
