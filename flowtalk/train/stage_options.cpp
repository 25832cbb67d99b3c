#include "flowtalk/train/stage_options.h"

#include <torch/cuda.h>
#include <torch/utils.h>

#include "flowtalk/base/error.h"
#include "flowtalk/train/blas.h"

namespace flowtalk::train {

void refuse_old_name(const std::string& assignment) {
  const std::string name = assignment.substr(0, assignment.find('='));
  if (const auto today = params::setting_today(name)) {
    fail_usage("{} {}: '{}' is called '{}' now", Field("set"), assignment, name, *today);
  }
}

void StageOptions::apply() {
  if (run.device.empty()) run.device = torch::cuda::is_available() ? "cuda:0" : "cpu";
  if (run.threads > 0) {
    torch::set_num_threads(run.threads);
    set_blas_threads(run.threads);
  }
  if (run.device.rfind("cuda", 0) == 0 && !torch::cuda::is_available()) {
    fail("{} {}: this libtorch or machine has no CUDA; use cpu", Field("device"), run.device);
  }
  if (run.device != "cpu" && run.device.rfind("cuda", 0) != 0) {
    fail_usage("{} {}: expected cpu, cuda or cuda:N", Field("device"), run.device);
  }
}

}  // namespace flowtalk::train
