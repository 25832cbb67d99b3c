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
#include "flowtalk/synth/listed_prompts.h"

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

// Frozen: a change here is another benchmark and wants another name. Of recorded prompts, which are
// for training only, the phones are in the hash. Their sound is not, nor the motion that follows
// its loudness: what a decoder makes of mp3 and Vorbis differs in its last bits between versions.
constexpr uint64_t kSeed = 1;
constexpr std::array<Benchmark, 2> kBenchmarks = {
    {{"synth2-s",
      "a few clips of every speaker, for tests of the whole chain",
      false,
      {{{synth::CorpusPart::kSpeakers, 8,
         "7c85145c952200cbf965eed23f4e311db168d14d6ead883d915def11bb0f2add"},
        {synth::CorpusPart::kUnseenVoices, 2,
         "ff97af4bd7e4225c009a30fdf4cb25885b38345a92418c93cefd10c2af0a6874"},
        {synth::CorpusPart::kUnseenSpeakers, 2,
         "7a6be9801f6131c389e86731e804a391a6852cf0302e3a4abec4dfaeae273672"}}}},
     {"synth2-m",
      "what a default model learns from, with recorded prompts in the training part",
      true,
      {{{synth::CorpusPart::kSpeakers, 60,
         "86fc92ebf7c9a4048391340aa30bab34924ec8c7b2396f3b920b7a811f5a6f17"},
        {synth::CorpusPart::kUnseenVoices, 7,
         "21cf21882a86b357629786ee13c96a4b00f4e5ae273223b4f8db0d553dada91d"},
        {synth::CorpusPart::kUnseenSpeakers, 7,
         "442f7bce5cc64950b9fedd9cc403e8a448220e1b55df7b2b51824a875d8c76c9"}}}}}};

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

// Whether a file of that kind of a part, as "M003_201_5_0.wav", is hashed.
bool is_frozen(const std::string& kind, const fs::path& file) {
  const auto name = data::parse_stem(file.stem().string(), default_conditions());
  if (!name || name->sentence <= data::kLastMeadSentence) return true;
  return kind == "phones" && name->sentence <= data::kLastPromptSentence;
}

// The frozen files of a part with their hashes, in sha256sum's format, sorted by name.
std::string list_files(const fs::path& folder, const Reporter& reporter) {
  std::vector<std::string> names;
  for (const char* kind : {"wav", "param", "phones"}) {
    for (const auto& entry : fs::directory_iterator(folder / kind)) {
      if (!is_frozen(kind, entry.path())) continue;
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
    differences.push_back(fmt::format("{}: {} clips with hash {}, expected {}", folder.string(),
                                      clips, hash, part.sha256));
  }
  return {folder, clips, report.real, report.duration_s};
}

}  // namespace

std::vector<BenchmarkPart> make_benchmark(const BenchmarkOptions& o, const Reporter& reporter) {
  const Benchmark& benchmark = find_benchmark(o.name);
  if (benchmark.real_prompts) {
    const auto missing = synth::find_listed(synth::load_prompt_list()).missing;
    if (!missing.empty()) {
      fail("{} wants all recorded prompts: without {}", benchmark.name,
           synth::how_to_install(missing));
    }
  }
  std::vector<BenchmarkPart> parts;
  if (o.check) return parts;
  synth::CorpusOptions options;
  options.out = o.output;
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
