#include "flowtalk/pipeline/phones.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/data/face_take.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/evaluate/recordings.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using evaluate::PhoneHits;

// A sound with what is said in it.
struct Labelled {
  std::string name;
  fs::path sound;
  std::vector<data::TimedLabel> labels;
};

std::vector<Labelled> of_corpus(const fs::path& folder) {
  std::vector<Labelled> all;
  for (const std::string& name : data::list_phone_clips(folder)) {
    Labelled one{name, folder / "wav" / (name + ".wav"), {}};
    for (const data::Phone& p : data::load_phones(folder / "phones" / (name + ".lab"))) {
      one.labels.push_back(
          {p.start_s, p.end_s, std::string(data::kPhones[static_cast<size_t>(p.id)])});
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<Labelled> labelled_in(const std::string& folder) {
  if (fs::is_directory(fs::path(folder) / "phones")) return of_corpus(folder);
  std::vector<Labelled> all;
  for (const auto& file : evaluate::find_recordings({folder})) {
    if (file.phones.empty()) continue;
    all.push_back({file.sound.stem().string(), file.sound, data::load_timed_labels(file.phones)});
  }
  if (all.empty()) {
    fail("{}: no recording with NAME.phones.csv and no phone corpus (wav/ and phones/)", folder);
  }
  return all;
}

// An encoder and the head by which it was taught.
class Ear {
 public:
  Ear(const std::string& given, int threads) : pool_(threads), ops_(pool_), stored_(given) {
    const auto& weights = stored_.own_weights();
    if (!weights || !weights->contains("phone_head/weight")) {
      fail("{}: has no phone head; give a run of `train encoder`, as packed models leave it out",
           given);
    }
    hubert_.emplace(stored_.make(ops_));
    params::NativeParams params(*weights);
    head_.emplace(params::Scope<ops::NativeOps>(params) / "phone_head",
                  stored_.config().hidden_size, data::kPhoneCount);
    params.finish("phone_head/");
  }

  // The likeliest phone of each frame.
  std::vector<int> operator()(const fs::path& sound) {
    const audio::Audio audio = audio::load_audio(sound, {.min_duration_s = 0.0});
    const auto& config = stored_.config();
    if (config.frames(std::ssize(audio.samples)) < 1) return {};
    const auto wave = encoder::levelled(audio.samples, config);
    const tensor::Tensor scores = (*head_)(ops_, encoder::encode_last(ops_, *hubert_, wave));
    std::vector<int> heard;
    for (int64_t t = 0; t < scores.dim(0); ++t) {
      const float* row = scores.data() + t * scores.dim(1);
      heard.push_back(static_cast<int>(std::max_element(row, row + scores.dim(1)) - row));
    }
    return heard;
  }

 private:
  ThreadPool pool_;
  ops::NativeOps ops_;
  encoder::StoredEncoder stored_;
  std::optional<encoder::NativeHubert> hubert_;
  std::optional<nn::Linear<ops::NativeOps>> head_;
};

constexpr int kLatest_ms = 100, kStep_ms = 10;

HeardFolder judge(Ear& ear, const std::string& folder, const Reporter& reporter) {
  HeardFolder result;
  result.folder = folder;
  const auto all = labelled_in(folder);
  const Advance advance = reporter.begin("heard", std::ssize(all), "recordings");
  std::vector<PhoneHits> moved(2 * kLatest_ms / kStep_ms + 1);
  for (const Labelled& one : all) {
    const auto heard = ear(one.sound);
    const auto hits = [&](int late_ms) {
      const auto said =
          evaluate::said_in_frames(one.labels, std::ssize(heard), late_ms * 1e-3, result.unknown);
      return evaluate::count_hits(said, heard);
    };
    result.files.push_back({one.name, hits(0)});
    result.all += result.files.back().hits;
    for (size_t i = 0; i < moved.size(); ++i) {
      moved[i] += hits(static_cast<int>(i) * kStep_ms - kLatest_ms);
    }
    advance(1, "");
  }
  const auto best = std::ranges::max_element(moved, {}, [](const auto& h) { return h.right; });
  result.best_late_ms = static_cast<int>(best - moved.begin()) * kStep_ms - kLatest_ms;
  return result;
}

Json json_of(const PhoneHits& hits) {
  return {{"frames", hits.frames},
          {"told", hits.told},
          {"speech", hits.speech},
          {"accuracy", hits.accuracy()},
          {"bilabial_recall", hits.shut_recall()},
          {"bilabial_precision", hits.shut_precision()}};
}

}  // namespace

std::vector<HeardFolder> judge_phones(const PhonesOptions& o, const Reporter& reporter) {
  if (o.labelled.empty() || o.encoder.empty()) {
    fail_usage("which recordings, and whose ear? give {} and {}", Field("labelled"),
               Field("encoder"));
  }
  if (!o.json.empty()) check_ending(o.json, ".json", "json"), check_writable(o.json);
  Ear ear(o.encoder, o.threads);
  std::vector<HeardFolder> all;
  Json json = Json::array();
  for (const std::string& folder : o.labelled) {
    all.push_back(judge(ear, folder, reporter));
    Json files = Json::object();
    for (const HeardFile& file : all.back().files) files[file.name] = json_of(file.hits);
    json.push_back({{"folder", folder},
                    {"all", json_of(all.back().all)},
                    {"best_late_ms", all.back().best_late_ms},
                    {"files", files}});
  }
  if (!o.json.empty()) save_file(o.json, json.dump(2) + "\n");
  return all;
}

}  // namespace flowtalk::pipeline
