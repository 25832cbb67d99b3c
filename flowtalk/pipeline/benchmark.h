// The frozen corpora that results are reported on, checked by hash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

struct BenchmarkOptions {
  std::string name, output = "datasets";
  int threads = 0;
  bool check = false;
  bool quiet = false;  // no progress

  template <class V>
  void fields(V&& field) {
    field("name", name, "synth2-s or synth2-m");
    field("output", output, "folder (default datasets)");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
    field("check", check, "only see whether it can be made on this machine");
  }
};

struct BenchmarkPart {
  std::filesystem::path folder;
  int64_t clips = 0, recorded = 0;  // recorded prompts among them
  double duration_s = 0;
};
// What is there already is kept. Error: it cannot be made here; its hash is not the frozen one.
std::vector<BenchmarkPart> make_benchmark(const BenchmarkOptions& options,
                                          const Reporter& reporter);

}  // namespace flowtalk::pipeline
