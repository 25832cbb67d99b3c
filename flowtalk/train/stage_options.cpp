#include "flowtalk/train/stage_options.h"

#include <ATen/Context.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/train/blas.h"

namespace flowtalk::train {

void refuse_old_name(const std::string& assignment) {
  const std::string name = assignment.substr(0, assignment.find('='));
  if (const auto today = params::setting_today(name)) {
    fail_usage("{} {}: '{}' is called '{}' now", Field("set"), assignment, name, *today);
  }
}

void check_device(const std::string& device, int cuda_devices) {
  constexpr std::string_view kCuda = "cuda";
  if (device == "cpu") return;
  int index = 0;
  std::string_view rest = device;
  bool known = rest.starts_with(kCuda);
  if (known && rest.size() > kCuda.size()) {
    rest.remove_prefix(kCuda.size());
    const char* end = rest.data() + rest.size();
    const auto [stop, code] = std::from_chars(rest.data() + 1, end, index);
    known = rest.front() == ':' && code == std::errc() && stop == end && index >= 0;
  }
  if (!known) {
    fail_usage("{} {}: expected cpu, cuda or cuda:N, such as cuda:0", Field("device"), device);
  }
  if (cuda_devices == 0) {
    fail("{} {}: this libtorch or machine has no CUDA; use cpu", Field("device"), device);
  }
  if (index >= cuda_devices) {
    fail("{} {}: there {} here, {}", Field("device"), device,
         cuda_devices == 1 ? "is one" : fmt::format("are {}", cuda_devices),
         cuda_devices == 1 ? "cuda:0" : fmt::format("cuda:0 to cuda:{}", cuda_devices - 1));
  }
}

void StageOptions::choose_device() {
  if (!run.device.empty()) return;
  run.device = torch::cuda::is_available() ? "cuda" : "cpu";
}

namespace {

// What libtorch knows of it; products of cuBLAS want a workspace that is said before the first.
void compute_deterministically() {
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
}

}  // namespace

void StageOptions::apply() {
  if (deterministic) compute_deterministically();
  choose_device();
  if (run.device == "cuda") run.device = "cuda:0";
  if (run.threads > 0) {
    torch::set_num_threads(run.threads);
    set_blas_threads(run.threads);
  }
  check_device(run.device, static_cast<int>(torch::cuda::device_count()));
}

}  // namespace flowtalk::train
