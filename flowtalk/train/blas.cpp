#include "flowtalk/train/blas.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "flowtalk/base/error.h"

namespace flowtalk::train {

std::string openblas_core() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return "SKYLAKEX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return "";
}

void restart_with_fast_blas(char** argv) {
  bool changed = false;
  const auto want = [&](const char* name, const std::string& value) {
    if (value.empty() || std::getenv(name) != nullptr) return;
    setenv(name, value.c_str(), 1);
    changed = true;
  };
  want("OPENBLAS_CORETYPE", openblas_core());
  want("OMP_WAIT_POLICY", "PASSIVE");
  if (changed) execv("/proc/self/exe", argv);  // if this fails, training is slower, not wrong
}

void check_blas() {
  std::ifstream maps("/proc/self/maps");
  std::string line, blas;
  while (std::getline(maps, line)) {
    if (line.find("openblas") != std::string::npos || line.find("libmkl") != std::string::npos) {
      return;
    }
    if (line.find("libblas") != std::string::npos) blas = line.substr(line.rfind(' ') + 1);
  }
  if (!blas.empty()) {
    fail(
        "{} is the reference BLAS, 20 times too slow to train with; run "
        "'apt-get install libopenblas0-pthread'",
        blas);
  }
}

void set_blas_threads(int threads) {
  using SetThreads = void (*)(int);
  if (auto* found = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) {
    reinterpret_cast<SetThreads>(found)(threads);
  }
}

}  // namespace flowtalk::train
