// Built in place of onednn_weights.cpp when flowtalk is built without oneDNN.
#include "flowtalk/base/error.h"
#include "flowtalk/tensor/onednn_weights.h"

namespace flowtalk::tensor {

struct OnednnWeights::State {};

bool OnednnWeights::usable(int64_t, int64_t) { return false; }
OnednnWeights::OnednnWeights(const float*, int64_t, int64_t, int64_t, int64_t, ThreadPool*) {
  FT_CHECK(false, "built without oneDNN");
}
OnednnWeights::~OnednnWeights() = default;
int64_t OnednnWeights::panel_columns() const { return 0; }
void OnednnWeights::multiply(int64_t, const float*, int64_t, const float*, float*, int64_t) const {}

}  // namespace flowtalk::tensor
