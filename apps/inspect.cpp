// flowtalk inspect: what is in a motion file, a weight file or a checkpoint folder.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/params/checkpoint.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

struct Columns {
  const char* name;
  int64_t begin, end;
};

// The parts of a motion row, by its width; empty for any other width.
std::vector<Columns> motion_columns(int64_t width) {
  using namespace flame;
  const Columns jaw{"jaw", width - kJaw, width};
  if (width == kMotion) return {{"expression", 0, kLiveExpression}, jaw};
  if (width != kWide && width != kNarrow) return {};
  return {{"shape", 0, kShape}, {"expression", kShape, width - kJaw}, jaw};
}

void print_range(const char* name, const tensor::Tensor& values, int64_t begin, int64_t end) {
  const int64_t width = values.dim(-1);
  float low = INFINITY, high = -INFINITY;
  double sum = 0;
  int64_t count = 0, bad = 0;
  for (int64_t i = 0; i < values.size(); ++i) {
    if (i % width < begin || i % width >= end) continue;
    if (!std::isfinite(values[i])) {
      ++bad;
      continue;
    }
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
    sum += values[i];
    ++count;
  }
  fmt::print("  {:<11} columns {:>3}..{:<3} ", name, begin, end - 1);
  if (count > 0) {
    fmt::print("min {:.4g}, mean {:.4g}, max {:.4g}", low, sum / static_cast<double>(count), high);
  }
  if (bad > 0) fmt::print(", {} not finite", bad);
  fmt::print("\n");
}

void inspect_npy(const fs::path& path) {
  const tensor::Tensor values = formats::load_npy(path);
  fmt::print("{}: numbers of shape {}\n", path.string(), tensor::to_string(values.shape()));
  if (values.rank() == 0 || values.empty()) return;
  const auto parts = motion_columns(values.dim(-1));
  if (parts.empty()) {
    print_range("all", values, 0, values.dim(-1));
    return;
  }
  const int64_t frames = values.size() / values.dim(-1);
  fmt::print("  FLAME motion, {} frames, {:.2f} s at {} per second\n", frames,
             static_cast<double>(frames) / flame::kFps, flame::kFps);
  for (const Columns& part : parts) print_range(part.name, values, part.begin, part.end);
}

void print_tensors(const formats::SafetensorsFile& file, bool all) {
  const auto names = file.names();
  int64_t values = 0;
  for (const auto& name : names) values += tensor::count(file.shape(name));
  fmt::print("{}: {} tensors, {} values, {:.1f} MB\n", file.path(), names.size(), values,
             static_cast<double>(fs::file_size(file.path())) / 1e6);
  if (!all) return;
  for (const auto& name : names) {
    fmt::print("  {:<60} {}\n", name, tensor::to_string(file.shape(name)));
  }
}

void inspect_checkpoint(const fs::path& folder, bool all) {
  const params::Checkpoint checkpoint = params::load_checkpoint(folder);
  fmt::print("{}: checkpoint\n{}\n", folder.string(), checkpoint.config.dump(2));
  print_tensors(checkpoint.weights, all);
}

}  // namespace

int inspect(const Args& args) {
  std::vector<std::string> paths;
  bool all = false;
  CLI::App app(
      "Shows what is in a motion file (.npy), a weight file (.safetensors) or a checkpoint.",
      "flowtalk inspect");
  app.add_option("PATH", paths, "files or checkpoint folders");
  app.add_flag("--all", all, "list every tensor");
  app.footer("Examples:\n  flowtalk inspect happy.npy\n  flowtalk inspect models/default --all\n");
  if (!parse(app, args)) return 0;
  if (paths.empty()) fail_usage("which file? for example: flowtalk inspect motion.npy");
  for (const std::string& path : paths) {
    const std::string extension = fs::path(path).extension().string();
    if (fs::is_directory(path)) {
      inspect_checkpoint(path, all);
    } else if (extension == ".safetensors") {
      print_tensors(formats::SafetensorsFile(path), all);
    } else if (extension == ".npy") {
      inspect_npy(path);
    } else {
      load_file(path, size_t{1} << 40);
      fail("{}: expected a .npy file, a .safetensors file or a checkpoint folder", path);
    }
  }
  return 0;
}

}  // namespace flowtalk::apps
