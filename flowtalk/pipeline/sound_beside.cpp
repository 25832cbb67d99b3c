#include "flowtalk/pipeline/sound_beside.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

}  // namespace

SoundBeside::SoundBeside(const fs::path& voice, const fs::path& file) {
  if (voice.empty()) return;
  path_ = file;
  path_.replace_extension(".wav");
  std::error_code code;
  there_ = fs::equivalent(voice, path_, code);
  const auto recording = audio::load_recording(voice);  // whatever it is, it can be heard
  if (there_) return;
  if (ending_of(voice) == ".wav") {
    bytes_ = load_file(voice);
  } else {
    decoded_ = recording;
  }
  if (fs::exists(path_, code) && (decoded_ || load_file(path_) != bytes_)) {
    fail_usage(
        "{}: is there already and is another sound than {}; it would be lost, so give {} "
        "another name",
        path_.string(), voice.string(), Field("output"));
  }
}

void SoundBeside::write() const {
  if (path_.empty() || there_) return;
  if (decoded_) {
    audio::save_wav(path_, *decoded_);
  } else {
    save_file(path_, bytes_);
  }
}

}  // namespace flowtalk::pipeline
