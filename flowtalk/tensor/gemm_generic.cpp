// Tiles for plain vectors of the compiler: SSE2, NEON.
#include "flowtalk/tensor/gemm_tile.h"

namespace flowtalk::tensor {

const TileTable& generic_tiles() {
  static const TileTable table = make_tiles<4, 4>();
  return table;
}

}  // namespace flowtalk::tensor
