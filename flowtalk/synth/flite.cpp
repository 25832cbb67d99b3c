// flite: whole sentences, phones by the segment relation of the utterance.
#include <flite/flite.h>

#include <algorithm>
#include <map>

#include "flowtalk/base/error.h"
#include "flowtalk/synth/engines.h"

extern "C" {
cst_voice* register_cmu_us_kal16(const char* voxdir);
cst_voice* register_cmu_us_awb(const char* voxdir);
cst_voice* register_cmu_us_rms(const char* voxdir);
cst_voice* register_cmu_us_slt(const char* voxdir);
}

namespace flowtalk::synth {
namespace {

struct FliteVoice {
  cst_voice* voice = nullptr;
  double mean_f0 = 100, sd_f0 = 12;
};

std::map<std::string, FliteVoice>& voices() {
  static std::map<std::string, FliteVoice> all;
  return all;
}

}  // namespace

void prepare_flite() {
  flite_init();
  voices()["kal16"] = {register_cmu_us_kal16(nullptr), 95, 11};
  voices()["awb"] = {register_cmu_us_awb(nullptr), 130, 20};
  voices()["rms"] = {register_cmu_us_rms(nullptr), 100, 15};
  voices()["slt"] = {register_cmu_us_slt(nullptr), 170, 20};
}

RawSpeech speak_flite(const std::string& text, const VoiceRecipe& recipe) {
  const auto found = voices().find(recipe.voice);
  if (found == voices().end()) {
    fail("flite has no voice '{}'; expected kal16, awb, rms or slt", recipe.voice);
  }
  const FliteVoice& own = found->second;
  cst_features* features = own.voice->features;
  flite_feat_set_float(features, "duration_stretch", static_cast<float>(1.0 / recipe.rate));
  flite_feat_set_float(features, "f0_shift", static_cast<float>(recipe.pitch));  // clustergen
  flite_feat_set_float(features, "int_f0_target_mean",
                       static_cast<float>(own.mean_f0 * recipe.pitch));  // diphones
  flite_feat_set_float(features, "int_f0_target_stddev",
                       static_cast<float>(own.sd_f0 * recipe.range));
  cst_utterance* utterance = flite_synth_text(text.c_str(), own.voice);
  if (!utterance) fail("flite could not speak '{}'", text);
  const cst_wave* wave = utt_wave(utterance);
  RawSpeech speech;
  speech.rate_hz = wave->sample_rate;
  speech.samples.assign(wave->samples, wave->samples + wave->num_samples);
  const double end_s = static_cast<double>(wave->num_samples) / wave->sample_rate;
  double at = 0;
  for (const cst_item* item = relation_head(utt_relation(utterance, "Segment")); item;
       item = item_next(item)) {
    const double next = std::min(static_cast<double>(item_feat_float(item, "end")), end_s);
    speech.phones.push_back({at, next, data::phone_of_name(item_feat_string(item, "name"))});
    at = next;
  }
  delete_utterance(utterance);
  return speech;
}

}  // namespace flowtalk::synth
