// flowtalk train encoder: the small speech encoder from a folder of speech with phone times.
#include "apps/train_commands.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/train/encoder_stage.h"

namespace flowtalk::apps {

int train_encoder(const Args& args) {
  CLI::App app("Train a small HuBERT-family encoder on speech with known phone times",
               "flowtalk train encoder");
  TrainOptions options("runs/encoder");
  options.declare(app);
  std::string phones = "datasets/phones";
  int held_out = 40;
  app.add_option("--phones", phones, "folder with wav/ and phones/")->capture_default_str();
  app.add_option("--held-out", held_out, "every n-th clip is for validation")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000000));
  if (!parse(app, args)) return 0;
  train::EncoderRun config;
  options.fill(config);
  options.apply_threads();
  options.run.inputs = {{"phones", phones}, {"held-out", std::to_string(held_out)}};
  const train::RunFolder run(options.run, "encoder", to_json(config));

  std::vector<data::PhoneClip> training, validation;
  const auto names = data::list_phone_clips(phones);
  for (size_t i = 0; i < names.size(); ++i) {
    auto& part = i % static_cast<size_t>(held_out) == 0 ? validation : training;
    part.push_back(data::load_phone_clip(phones, names[i]));
  }
  const train::Augment augment = [&](const data::PhoneClip& clip, Rng rng) {
    const auto& other =
        training[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(training.size()) - 1))];
    return data::augment(clip, rng.fork("augment"), config.augment, other.audio.samples);
  };
  train::train_encoder(config, run, training, validation, augment);
  return 0;
}

}  // namespace flowtalk::apps
