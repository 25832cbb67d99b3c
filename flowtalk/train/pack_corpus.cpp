#include "flowtalk/train/pack_corpus.h"

#include <memory>

#include "flowtalk/base/outputs.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/data/pack.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/train/file_corpus.h"
#include "flowtalk/train/stage_options.h"
#include "flowtalk/train/training_set.h"

namespace flowtalk::train {
namespace {

constexpr const char* kNoEncoder = "none";

tensor::Tensor from_torch(const torch::Tensor& x) {
  const torch::Tensor values = x.contiguous();
  tensor::Tensor result({x.size(0), x.size(1)});
  std::copy_n(values.data_ptr<float>(), values.numel(), result.data());
  return result;
}

data::PackedFacts facts_of(const GeneratorRun& config, const FeatureExtractor* encoder) {
  data::PackedFacts facts;
  facts.conditions = config.model.conditions;
  facts.axes = config.model.axes;
  if (encoder == nullptr) return facts;
  const EncoderChoice& choice = encoder->choice();
  facts.encoder = identity_of(choice);
  model::ModelConfig model = config.model;
  model.encoder = choice.config;
  facts.speech_channels = static_cast<int>(model.speech_width());
  facts.copies = config.copies;
  facts.augment = config.augment;
  return facts;
}

// One clip after the other, in their order.
class Packing {
 public:
  Packing(const FileCorpus& corpus, motion::Axes axes, const SpeechSource* speech,
          data::Packer& packer)
      : corpus_(corpus), axes_(axes), speech_(speech), packer_(packer) {
    if (speech) features_ = std::make_unique<FeatureCache>(speech->folder, speech->encoder);
  }

  void add(const data::Clip& clip) {
    const TrainingClip item = corpus_.motion_of(clip, axes_);
    const bool with_speech = features_ && clip.split != data::Split::kTest;
    packer_.add(clip.name, 0, from_torch(item.motion),
                with_speech ? from_torch((*features_)(clip.wav)) : tensor::Tensor());
    if (!with_speech || clip.split != data::Split::kTrain) return;
    FileCorpus::for_copies(clip, item, *features_, *speech_,
                           [&](int copy, const torch::Tensor& voice, const TrainingClip& changed) {
                             packer_.add(clip.name, copy, from_torch(changed.motion),
                                         from_torch(voice));
                           });
  }

 private:
  const FileCorpus& corpus_;
  motion::Axes axes_;
  const SpeechSource* speech_;
  data::Packer& packer_;
  std::unique_ptr<FeatureCache> features_;
};

}  // namespace

void pack_corpus(const PackCorpusOptions& o) {
  if (o.out.empty()) fail_usage("where to? give {}", Field("out"));
  if (o.merge) return data::merge_parts(o.out);
  check_folder(o.out, "out");
  const Part part = part_of(o.part, environment);
  StageOptions stage = StageOptions::without_run(o);
  const auto [config, opened] =
      prepare<GeneratorRun>(o.data, [&](GeneratorRun& run) { stage.fill(run); });
  const auto* corpus = dynamic_cast<const FileCorpus*>(opened.get());
  if (corpus == nullptr) {
    fail("{}: is a packed data set already; give {} the one it was made of", o.data.dataset,
         Field("dataset"));
  }
  stage.apply();
  std::unique_ptr<FeatureExtractor> encoder;
  if (o.encoder != kNoEncoder) {
    encoder = std::make_unique<FeatureExtractor>(o.encoder, stage.run.device);
  }
  data::Packer packer(o.out, part, facts_of(config, encoder.get()), int64_t{o.shard_mb} << 20);
  if (packer.there()) return;
  std::optional<SpeechSource> speech;
  if (encoder) speech.emplace(SpeechSource{*encoder, o.features, config.copies, config.augment});
  Packing packing(*corpus, config.model.axes, speech ? &*speech : nullptr, packer);
  const auto clips = corpus->chosen(training_clips(true));
  const data::Range own = data::range_of(part, clips.size());
  Progress progress("Packing", static_cast<int64_t>(own.last - own.first), "clips", o.quiet);
  for (size_t i = own.first; i < own.last; ++i) {
    packing.add(clips[i]);
    progress.advance();
  }
  packer.finish();
}

}  // namespace flowtalk::train
