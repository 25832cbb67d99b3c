#include "flowtalk/encoder/stored_encoder.h"

#include "flowtalk/base/error.h"
#include "flowtalk/params/checkpoint.h"

namespace flowtalk::encoder {

StoredEncoder::StoredEncoder(const std::filesystem::path& folder) : folder_(folder) {
  if (!is_hugging_face(folder)) {
    open_own();
    return;
  }
  HuggingFaceFolder opened(folder);
  config_ = opened.config;
  theirs_ = std::make_shared<HuggingFaceWeights>(std::move(opened.weights));
}

void StoredEncoder::open_own() {
  const auto checkpoint = params::load_checkpoint(folder_);
  const std::string where = (folder_ / "config.json").string();
  const Json& root = checkpoint.config;
  const Json& part = root.contains("model") ? root["model"] : root;
  if (!part.is_object() || !part.contains("encoder")) {
    fail("{}: describes no encoder; give a Hugging Face folder or a checkpoint with an encoder",
         where);
  }
  ExternalEncoder external;
  if (part.contains("external_encoder")) {
    from_json(part["external_encoder"], external, where + ": external_encoder");
  }
  if (external.used()) {
    fail("{}: has no encoder inside, it was trained with another one; give its folder (it was {})",
         where, external.folder);
  }
  from_json(part["encoder"], config_, where + ": encoder");
  config_.check(where);
  ours_ = checkpoint.weights;
}

ExternalEncoder StoredEncoder::identity() const {
  return theirs_ ? theirs_->identity(config_, folder_.string()) : ExternalEncoder();
}

void StoredEncoder::drop_pages() const {
  if (theirs_) theirs_->drop_pages();
  if (ours_) ours_->drop_pages();
}

}  // namespace flowtalk::encoder
