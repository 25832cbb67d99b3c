// Tiles for AVX2 with FMA.
#include "flowtalk/tensor/gemm_tile.h"

namespace flowtalk::tensor {

const TileTable& avx2_tiles() {
  static const TileTable table = make_tiles<8, 4>();
  return table;
}

}  // namespace flowtalk::tensor
