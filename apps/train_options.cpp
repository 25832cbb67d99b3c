#include <torch/cuda.h>
#include <torch/utils.h>

#include "apps/train_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/train/blas.h"

namespace flowtalk::apps {

void TrainOptions::declare(CLI::App& app) {
  app.add_option("-o,--out,--save-path", run.out, "run folder")->capture_default_str();
  app.add_flag("--resume", run.resume, "go on with the run in --out");
  app.add_option("--device", run.device, "cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", run.threads, "threads; 0 takes all")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  app.add_option("--config", config_file, "JSON file with any of the stage's fields");
  app.add_option("--set", set, "one field, for example --set train.batch=32; repeatable");
  app.add_option("--max-epoch", max_epoch, "epochs (train.max_epoch)");
  app.add_option("--lr", lr, "highest learning rate (train.lr)");
  app.add_option("--gradient-accumulation-steps", accumulation, "batches per optimizer step");
}

void TrainOptions::apply_threads() const {
  if (run.threads > 0) {
    torch::set_num_threads(run.threads);
    train::set_blas_threads(run.threads);
  }
  if (run.device.rfind("cuda", 0) == 0 && !torch::cuda::is_available()) {
    fail("--device {}: this libtorch or machine has no CUDA; use --device cpu", run.device);
  }
  if (run.device != "cpu" && run.device.rfind("cuda", 0) != 0) {
    fail_usage("--device {}: expected cpu, cuda or cuda:N", run.device);
  }
}

}  // namespace flowtalk::apps
