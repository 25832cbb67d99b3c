#include "flowtalk/formats/sha256.h"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <new>

#include "flowtalk/formats/mapped_file.h"

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/sha.h>
}

namespace flowtalk::formats {

std::string sha256_of(const std::filesystem::path& path) {
  const formats::MappedFile file(path);
  const std::unique_ptr<AVSHA, void (*)(void*)> sha(av_sha_alloc(), av_free);
  if (!sha) throw std::bad_alloc();
  av_sha_init(sha.get(), 256);
  av_sha_update(sha.get(), reinterpret_cast<const uint8_t*>(file.bytes().data()),
                file.bytes().size());
  std::array<uint8_t, 32> digest{};
  av_sha_final(sha.get(), digest.data());
  std::string text;
  for (const uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace flowtalk::formats
