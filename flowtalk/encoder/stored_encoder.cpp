#include "flowtalk/encoder/stored_encoder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/encoder/encoder_place.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/params/checkpoint.h"

namespace flowtalk::encoder {

StoredEncoder::StoredEncoder(const std::filesystem::path& given) {
  const EncoderPlace place = find_encoder(given);
  folder_ = place.folder;
  which_ = place.which;
  if (!is_hugging_face(folder_)) {
    if (!place.file.empty()) {
      fail("{}: is not what the checkpoint around it reads; give the folder {}",
           place.file.string(), folder_.string());
    }
    open_own();
    return;
  }
  HuggingFaceFolder opened(folder_, place.file);
  network_ = opened.config.network;
  config_ = opened.config.sizes;
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

std::string StoredEncoder::left_unread() const {
  const auto parts = theirs_ ? theirs_->left_unread() : std::vector<std::string>();
  if (parts.empty()) return "";
  constexpr size_t kListed = 10;
  std::string list;
  for (size_t i = 0; i < std::min(parts.size(), kListed); ++i) {
    list += (i > 0 ? ", " : "") + formats::printable(parts[i]);
  }
  if (parts.size() > kListed) list += fmt::format(" and {} more", parts.size() - kListed);
  return fmt::format("{}: parts beside the encoder are left unread: {}", folder_.string(), list);
}

std::vector<std::string> StoredEncoder::notes() const {
  std::vector<std::string> notes;
  if (!which_.empty()) notes.push_back(fmt::format("{}: {}", folder_.string(), which_));
  if (const std::string unread = left_unread(); !unread.empty()) notes.push_back(unread);
  return notes;
}

void StoredEncoder::drop_pages() const {
  if (theirs_) theirs_->drop_pages();
  if (ours_) ours_->drop_pages();
}

EncoderReport describe_encoder(const std::filesystem::path& given) {
  const StoredEncoder stored(given);
  ThreadPool pool(1);
  ops::NativeOps ops(pool);
  stored.make(ops);
  EncoderReport report{stored.folder(), stored.network(), stored.config(), stored.left_unread(),
                       ""};
  try {
    stored.config().check_motion_rate(stored.folder().string());
  } catch (const Error& e) {
    report.not_for_motion = e.marked();
  }
  return report;
}

}  // namespace flowtalk::encoder
