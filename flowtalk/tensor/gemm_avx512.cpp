// Tiles for AVX-512.
#include "flowtalk/tensor/gemm_tile.h"

namespace flowtalk::tensor {

const TileTable& avx512_tiles() {
  static const TileTable table = make_tiles<16, 8>();
  return table;
}

}  // namespace flowtalk::tensor
