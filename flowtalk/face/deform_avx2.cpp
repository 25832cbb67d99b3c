// Tiles for AVX2.
#include "flowtalk/face/deform_tile.h"

namespace flowtalk::face {

const DeformTable& deform_avx2() {
  static const DeformTable table = make_deform_table<8, 4>();
  return table;
}

}  // namespace flowtalk::face
