// Tiles for AVX-512.
#include "flowtalk/face/deform_tile.h"

namespace flowtalk::face {

const DeformTable& deform_avx512() {
  static const DeformTable table = make_deform_table<16, 8>();
  return table;
}

}  // namespace flowtalk::face
