#include "flowtalk/pipeline/benchmark.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/index.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/synth/corpus.h"
#include "flowtalk/synth/prompts.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

struct Part {
  synth::CorpusPart part;
  int clips_per_style;
  const char* sha256;  // of its list of files, see list_files
};

struct Benchmark {
  std::string_view name, summary;
  bool real_prompts;
  std::array<Part, 3> parts;
};

// Frozen: a change here is another benchmark and wants another name. Recorded prompts are for
// training only and not in the hash: their labels are made by a speech recogniser whose rounding
// differs between processors.
constexpr uint64_t kSeed = 1;
constexpr std::array<Benchmark, 2> kBenchmarks = {
    {{"synth2-s",
      "a few clips of every speaker, for tests of the whole chain",
      false,
      {{{synth::CorpusPart::kSpeakers, 8,
         "7106b82be11b0ddd6c3bf0da238c46f4af329c2304aa387405e1975f89350330"},
        {synth::CorpusPart::kUnseenVoices, 2,
         "b33e1cfd7e4808e77655fb1e67d5be563863bfab3250a2cde230a4cd86acab10"},
        {synth::CorpusPart::kUnseenSpeakers, 2,
         "87daa3084df3b626cf8e85e31921ab937be6ddfff3d3661da99153c20cc607d6"}}}},
     {"synth2-m",
      "what a default model learns from, with recorded prompts in the training part",
      true,
      {{{synth::CorpusPart::kSpeakers, 60,
         "36e60f96fe571932c5524cb8e549230a5fb2e3cf81f61806bac0d9e4c610b01c"},
        {synth::CorpusPart::kUnseenVoices, 7,
         "dd472d5a47a3a23207319fe91a7651af1db1202a6bbdf6b28da11d2c1ff12a56"},
        {synth::CorpusPart::kUnseenSpeakers, 7,
         "ab398e66124ffbc4836feb0458afe0a754dca5318ec961c8bf5924baa93b7fd2"}}}}}};

const Benchmark& find_benchmark(const std::string& name) {
  std::vector<std::string> known;
  for (const Benchmark& b : kBenchmarks) {
    if (b.name == name) return b;
    known.emplace_back(b.name);
  }
  if (name.empty()) fail_usage("which benchmark? expected one of {}", fmt::join(known, ", "));
  fail_usage("benchmark '{}': expected one of {}{}", name, fmt::join(known, ", "),
             did_you_mean(name, known));
}

// Whether a file of a part, as "M003_201_5_0.wav", is of a recorded prompt.
bool is_recorded(const fs::path& file) {
  const auto name = data::parse_stem(file.stem().string(), default_conditions());
  return name && name->sentence > data::kLastMeadSentence;
}

// The synthetic files of a part with their hashes, in sha256sum's format, sorted by name.
std::string list_files(const fs::path& folder, const Reporter& reporter) {
  std::vector<std::string> names;
  for (const char* kind : {"wav", "param", "phones"}) {
    for (const auto& entry : fs::directory_iterator(folder / kind)) {
      if (is_recorded(entry.path())) continue;
      names.push_back(fmt::format("{}/{}", kind, entry.path().filename().string()));
    }
  }
  std::sort(names.begin(), names.end());
  const Advance advance = reporter.begin("hashing", static_cast<int64_t>(names.size()), "files");
  std::string list;
  for (const std::string& name : names) {
    list += fmt::format("{}  {}\n", formats::sha256_of(folder / name), name);
    advance(1, "");
  }
  return list;
}

// Makes the part; what differs from the frozen one is added to `differences`.
BenchmarkPart make_part(const Benchmark& benchmark, const Part& part, synth::CorpusOptions options,
                        const Reporter& reporter, std::vector<std::string>& differences) {
  options.seed = kSeed;
  options.part = part.part;
  options.clips_per_style = part.clips_per_style;
  options.real_prompts = benchmark.real_prompts;
  const synth::CorpusReport report = synth::make_corpus(options);
  const fs::path folder = synth::part_folder(options);
  save_file(folder / "sha256.txt", list_files(folder, reporter));
  const std::string hash = formats::sha256_of(folder / "sha256.txt");
  const int64_t clips = report.written + report.kept;
  if (hash != part.sha256) {
    differences.push_back(fmt::format("{}: {} synthetic clips with hash {}, expected {}",
                                      folder.string(), clips - report.real, hash, part.sha256));
  }
  return {folder, clips, report.real, report.duration_s};
}

}  // namespace

std::vector<BenchmarkPart> make_benchmark(const BenchmarkOptions& o, const Reporter& reporter) {
  const Benchmark& benchmark = find_benchmark(o.name);
  if (benchmark.real_prompts && !synth::missing_voices().empty()) {
    fail("{}: wants all recorded prompts, got {}; scripts/install_deps.sh corpus installs them",
         benchmark.name, synth::missing_voices());
  }
  std::vector<BenchmarkPart> parts;
  if (o.check) return parts;
  synth::CorpusOptions options;
  options.out = o.output;
  options.phone_corpus = o.phones;
  options.threads = o.threads;
  options.quiet = o.quiet;
  std::vector<std::string> differences;
  for (const Part& part : benchmark.parts) {
    parts.push_back(make_part(benchmark, part, options, reporter, differences));
  }
  if (!differences.empty()) {
    fail(
        "{} is not as frozen: {}. A corpus of other options must not share the folder; sha256.txt "
        "in each part can be compared with another machine's",
        benchmark.name, fmt::join(differences, "; "));
  }
  return parts;
}

}  // namespace flowtalk::pipeline
