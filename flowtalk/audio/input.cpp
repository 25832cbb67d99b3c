#include "flowtalk/audio/input.h"

#include <string>
#include <system_error>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

constexpr int kBufferBytes = 1 << 16;
constexpr uintmax_t kMostPointerBytes = 1024;

int read_part(void* reader, uint8_t* to, int count) {
  const size_t got = static_cast<PartReader*>(reader)->read(to, static_cast<size_t>(count));
  return got == 0 ? AVERROR_EOF : static_cast<int>(got);
}

int64_t seek_part(void* opaque, int64_t offset, int whence) {
  auto& reader = *static_cast<PartReader*>(opaque);
  const auto size = static_cast<int64_t>(reader.size());
  if (whence == AVSEEK_SIZE) return size;
  int64_t from = 0;
  if (whence == SEEK_CUR) from = static_cast<int64_t>(reader.at());
  if (whence == SEEK_END) from = size;
  if (offset < -from || offset > size - from) return AVERROR(EINVAL);
  reader.seek(static_cast<uint64_t>(from + offset));
  return from + offset;
}

}  // namespace

void check_file(const fs::path& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) {
    fail("{}: no such file; check the path of the recording", path.string());
  }
  if (fs::is_directory(status)) {
    fail("{}: is a folder, expected an audio file", path.string());
  }
  if (status.type() == fs::file_type::none) {
    fail("{}: cannot be read ({})", path.string(), code.message());
  }
  if (!fs::is_regular_file(status)) {
    fail("{}: is not a regular file; save the recording to a file first", path.string());
  }
  const auto size = fs::file_size(path, code);
  if (code) return;
  if (size == 0) fail("{}: is empty (0 bytes), expected an audio file", path.string());
  if (size <= kMostPointerBytes) load_file(path);  // refuses a pointer of git-lfs
}

Input::Input(const fs::path& path) { open(path, "file:" + path.string()); }

Input::Input(const fs::path& path, const WavPart& part)
    : reader_(std::make_unique<PartReader>(path, part)) {
  auto* buffer = static_cast<uint8_t*>(av_malloc(kBufferBytes));
  if (buffer != nullptr) {
    io_ = avio_alloc_context(buffer, kBufferBytes, 0, reader_.get(), read_part, nullptr, seek_part);
  }
  context_ = io_ != nullptr ? avformat_alloc_context() : nullptr;
  if (context_ == nullptr) {
    if (io_ == nullptr) av_free(buffer);
    close();
    fail("{}: out of memory", path.string());
  }
  context_->pb = io_;
  open(path, "part.wav");
}

Input::~Input() { close(); }

void Input::close() {
  avformat_close_input(&context_);
  if (io_ != nullptr) av_freep(&io_->buffer);
  avio_context_free(&io_);
}

void Input::open(const fs::path& path, const std::string& url) {
  // "file:" and the whitelist keep a name or a playlist from reaching anything but local files.
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "protocol_whitelist", "file", 0);
  const int opened = avformat_open_input(&context_, url.c_str(), nullptr, &settings);
  av_dict_free(&settings);
  const int known = opened < 0 ? 0 : avformat_find_stream_info(context_, nullptr);
  if (opened >= 0 && known >= 0) return;
  close();
  if (opened == AVERROR(EACCES)) {
    fail("{}: cannot be read ({}); check its permissions", path.string(), libav_error(opened));
  }
  if (opened < 0) {
    fail(
        "{}: not an audio file that can be read ({}); expected wav, flac, mp3, m4a, ogg or the "
        "like",
        path.string(), libav_error(opened));
  }
  fail("{}: damaged, its streams cannot be read ({})", path.string(), libav_error(known));
}

}  // namespace flowtalk::audio
