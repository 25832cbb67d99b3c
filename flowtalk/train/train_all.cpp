#include "flowtalk/train/train_all.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/train/child_program.h"
#include "flowtalk/train/encoder_stage.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/prior_stage.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/run_stages.h"
#include "flowtalk/train/stage_options.h"

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

using Words = std::vector<std::string>;

std::string run_of(const TrainAllOptions& o, const std::string& stage) {
  return (fs::path(o.runs) / stage).string();
}
std::string config_file(const TrainAllOptions& o, const std::string& stage) {
  return o.configs.empty() ? "" : (fs::path(o.configs) / (stage + ".json")).string();
}

// Its defaults, and what its file in the folder of configurations changes.
template <class Run>
Run config_of(const TrainAllOptions& o, const std::string& stage) {
  Run config;
  const std::string file = config_file(o, stage);
  if (!file.empty()) read_settings(file, config);
  return config;
}

// Whether the stage has trained all epochs of its configuration.
template <class Run>
bool finished(const TrainAllOptions& o, const std::string& stage) {
  return finished_epochs(run_of(o, stage)) >= config_of<Run>(o, stage).train.max_epoch;
}

// What a program is told: with us it is quiet.
Words told(const TrainAllOptions& o, Words words) {
  if (o.quiet) words.emplace_back(o.flag("quiet"));
  return words;
}

void run(const TrainAllOptions& o, const std::string& program, const Words& words) {
  run_program(program, told(o, words), o.quiet);
}

// Nothing if the stage is trained already.
template <class Run>
std::unique_ptr<ChildProgram> start_stage(const TrainAllOptions& o, const std::string& stage,
                                          int threads, const Words& own,
                                          const std::string& log = "") {
  if (finished<Run>(o, stage)) {
    if (!o.quiet) fmt::print("\n== {} is trained\n", run_of(o, stage));
    return nullptr;
  }
  Words words = {stage,
                 o.flag("out"),
                 run_of(o, stage),
                 o.flag("resume"),
                 o.flag("threads"),
                 std::to_string(threads == 0 ? 0 : std::max(1, threads / o.ranks))};
  if (!o.device.empty()) words.insert(words.end(), {o.flag("device"), o.device});
  if (o.ranks > 1) words.insert(words.end(), {o.flag("ranks"), std::to_string(o.ranks)});
  if (!o.configs.empty()) words.insert(words.end(), {o.flag("config"), config_file(o, stage)});
  words.insert(words.end(), own.begin(), own.end());
  return std::make_unique<ChildProgram>("flowtalk-train", told(o, words), log, o.quiet);
}

template <class Run>
void run_stage(const TrainAllOptions& o, const std::string& stage, const Words& own) {
  if (const auto program = start_stage<Run>(o, stage, o.threads, own)) program->wait();
}

// What a folder is made of, "" for nothing of the kind; a file in it says so from the beginning.
struct Origin {
  std::string field, folder, value;
  fs::path file;

  // Error if it was begun with anything else. What was put there by hand says nothing.
  void check() const {
    if (!fs::exists(file)) return;
    const std::string before = parse_json(load_file(file), file.string()).value(field, "");
    if (before == value) return;
    const auto with = [&](const std::string& what) {
      return what.empty() ? fmt::format("without {}", Field(field))
                          : fmt::format("with {} {}", Field(field), what);
    };
    fail("{} was begun {}, now it is asked for {}; give the same, or another folder", folder,
         with(before), with(value));
  }
  // made: what the folder gets of it; where any is there already, nobody knows of what it was made.
  void say(std::initializer_list<const char*> made) const {
    const auto there = [&](const char* name) { return fs::exists(fs::path(folder) / name); };
    if (fs::exists(file) || std::ranges::any_of(made, there)) return;
    make_parent_folder(file);
    save_file(file, Json{{field, value}}.dump(1) + "\n");
  }
};

Origin origin_of_recordings(const TrainAllOptions& o) {
  std::vector<std::string> folders;
  for (const std::string& folder : o.recordings) folders.push_back(fs::canonical(folder).string());
  std::sort(folders.begin(), folders.end());
  return {"recordings", o.data, fmt::format("{}", fmt::join(folders, ", ")),
          fs::path(o.data) / "recorded_people.json"};
}
Origin origin_of_ear(const TrainAllOptions& o) {
  return {"ear", o.runs, o.ear.empty() ? "" : "sha256 " + formats::sha256_of(o.ear),
          fs::path(o.runs) / "origin_of_ear.json"};
}

// The clips of recorded people, as phones and in the training part of the corpus.
std::string recorded_phones(const TrainAllOptions& o) {
  return (fs::path(o.data) / "recorded").string();
}
void import_recordings(const TrainAllOptions& o) {
  if (o.recordings.empty()) return;
  for (const std::string& folder : {recorded_phones(o), (fs::path(o.data) / "mead").string()}) {
    if (fs::exists(fs::path(folder) / "clips.tsv")) continue;
    Words words = {"data", "import-recordings"};
    words.insert(words.end(), o.recordings.begin(), o.recordings.end());
    words.insert(words.end(), {o.flag("output"), folder});
    run(o, "flowtalk", words);
  }
}

void import_ear(const TrainAllOptions& o) {
  if (o.ear.empty() || fs::exists(run_of(o, "ear"))) return;
  const int64_t layers = config_of<EncoderRun>(o, "encoder").encoder.num_hidden_layers;
  run(o, "flowtalk",
      {"import", "encoder", o.ear, o.flag("output"), run_of(o, "ear"), o.flag("layers"),
       std::to_string(layers)});
}

Words words_of_encoder(const TrainAllOptions& o, const std::string& phones) {
  Words words = {o.flag("phones"), phones};
  if (!o.recordings.empty()) words.insert(words.end(), {o.flag("phones"), recorded_phones(o)});
  if (!o.ear.empty()) words.insert(words.end(), {o.flag("from"), run_of(o, "ear")});
  return words;
}

// Neither needs the other: with threads for both they train side by side.
void train_encoder_and_prior(const TrainAllOptions& o, const std::string& phones) {
  const Words of_encoder = words_of_encoder(o, phones), of_prior = {o.flag("dataset"), o.data};
  const int threads =
      o.threads > 0 ? o.threads : static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 2) {
    run_stage<EncoderRun>(o, "encoder", of_encoder);
    run_stage<PriorRun>(o, "prior", of_prior);
    return;
  }
  fs::create_directories(o.runs);
  const std::string log = (fs::path(o.runs) / "prior.log").string();
  const auto prior = start_stage<PriorRun>(o, "prior", threads / 2, of_prior, log);
  const auto encoder = start_stage<EncoderRun>(o, "encoder", threads - threads / 2, of_encoder);
  wait_for_all({prior.get(), encoder.get()});
}

// A generator that is trained already must be of this encoder and of this prior.
void train_generator_over(const TrainAllOptions& o) {
  if (finished<GeneratorRun>(o, "generator")) {
    const FeatureExtractor encoder(run_of(o, "encoder"), "cpu");
    check_parts(checkpoint_of(run_of(o, "generator")), encoder.choice(),
                choose_prior(run_of(o, "prior")));
  }
  run_stage<GeneratorRun>(
      o, "generator",
      {o.flag("dataset"), o.data, o.flag("encoder"), run_of(o, "encoder"), o.flag("prior"),
       run_of(o, "prior"), o.flag("features"), run_of(o, "features")});
}

// What can be known to fail is told before the first hour.
void check_options(const TrainAllOptions& o) {
  model_folder(o.out);
  if (!o.configs.empty()) {
    for (const char* stage : {"encoder", "prior", "generator"}) {
      if (fs::exists(config_file(o, stage))) continue;
      fail_usage("{} {}: expected a folder with encoder.json, prior.json, generator.json",
                 Field("configs"), o.configs);
    }
    const auto encoder = config_of<EncoderRun>(o, "encoder");
    if (encoder.keep_convolutions && o.ear.empty()) {
      fail_usage("{}: keep_convolutions keeps those of another encoder; give {}",
                 config_file(o, "encoder"), Field("ear"));
    }
    config_of<PriorRun>(o, "prior");
    const auto generator = config_of<GeneratorRun>(o, "generator");
    if (generator.mean_of_last > generator.train.max_epoch) {
      fail_usage("{}: mean_of_last {}, expected at most the {} of train.max_epoch; set it to fewer",
                 config_file(o, "generator"), generator.mean_of_last, generator.train.max_epoch);
    }
  }
  for (const std::string& folder : o.recordings) {
    if (!fs::is_directory(folder)) fail_usage("{} {}: no such folder", Field("recordings"), folder);
  }
  if (!o.ear.empty() && !fs::exists(o.ear)) fail_usage("{} {}: no such file", Field("ear"), o.ear);
  origin_of_recordings(o).check();
  origin_of_ear(o).check();
  run(o, "flowtalk", {"data", "benchmark", o.benchmark, o.flag("check")});
}

}  // namespace

void train_all(const TrainAllOptions& o) {
  if (o.out.empty()) fail_usage("where to? give {}", Field("out"));
  const StopRequests requests;
  check_options(o);
  origin_of_recordings(o).say({"mead", "recorded"});
  origin_of_ear(o).say({"ear", "encoder"});
  const std::string threads = std::to_string(o.threads),
                    phones = (fs::path(o.data) / "phones").string();
  Words data = {"data",
                "phones",
                o.flag("out"),
                phones,
                o.flag("hours"),
                fmt::format("{}", o.hours),
                o.flag("threads"),
                threads};
  if (!o.real_prompts) data.emplace_back(o.flag("no_real_prompts"));
  run(o, "flowtalk", data);
  run(o, "flowtalk",
      {"data", "benchmark", o.benchmark, o.flag("out"), o.data, o.flag("threads"), threads});
  import_recordings(o);
  import_ear(o);
  train_encoder_and_prior(o, phones);
  train_generator_over(o);
  run(o, "flowtalk-train", {"pack", run_of(o, "generator"), o.flag("out"), o.out});
  if (!o.quiet) fmt::print("\n{}: trained\n", o.out);
}

}  // namespace flowtalk::train
