#include "flowtalk/model/lookahead.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::model {
namespace {

constexpr int64_t kMotionHop = 640;

// What of a model needs the whole clip, and what would not; "" for nothing.
std::string obstacle(const ModelConfig& c) {
  if (c.encoder.do_normalize && c.encoder.normalisation == encoder::Normalisation::kClip) {
    return "its encoder's level is that of the clip (encoder.normalisation clip, not running)";
  }
  if (c.encoder.feat_extract_norm == "group") {
    return "its encoder has a norm over time (encoder.feat_extract_norm group)";
  }
  if (!c.encoder.bounded()) {
    return "its encoder attends to the whole clip (encoder.attention_block 0)";
  }
  if (!c.timing.padded() || c.condition.form != condition::Form::kGraph) {
    return "it is imported";
  }
  if (c.generator.kind != generate::Kind::kFlow) {
    return fmt::format("its family is {}, not flow", text_of(c.generator.kind));
  }
  return c.prior.kind == prior::Kind::kVae
             ? ""
             : fmt::format("its motion prior is {}, not vae", text_of(c.prior.kind));
}

}  // namespace

bool hears_live(const ModelConfig& config) { return obstacle(config).empty(); }

void require_live(const ModelConfig& config, const std::string& name) {
  if (const std::string why = obstacle(config); !why.empty()) {
    fail("{}: cannot hear live, {}; take a model that is trained for it", name, why);
  }
}

int64_t heard_until(const ModelConfig& config, int64_t frame) {
  const encoder::HubertConfig& e = config.encoder;
  // The flow makes frames in pairs; the fusion looks ahead from the second of them.
  const int64_t last = frame - frame % 2 + 1 + config.condition.frames_ahead();
  const int64_t heard = e.frames_heard(2 * (last + 1));  // encoder frames, two for each
  return (heard - 1) * e.hop_samples() + e.first_samples();
}

int64_t lookahead_samples(const ModelConfig& config) {
  // Blocks of attention and pairs of frames come to the same place again after so many frames.
  const int64_t period = 2 * std::max<int64_t>(1, config.encoder.attention_block);
  int64_t most = 0;
  for (int64_t t = 0; t < period; ++t) {
    most = std::max(most, heard_until(config, t) - kMotionHop * t);
  }
  return most;
}

}  // namespace flowtalk::model
