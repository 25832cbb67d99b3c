#include "flowtalk/formats/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

constexpr int kGzipWindow = 15 + 16;
constexpr size_t kStep = size_t{1} << 30;

}  // namespace

std::string gzip(std::string_view text) {
  constexpr int kMemory = 9;
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    fail("{} bytes cannot be packed (memory)", text.size());
  }
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, deflateEnd);
  std::string result(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  size_t used = 0, made = 0;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    const size_t feed = std::min(text.size() - used, kStep);
    const size_t room = std::min(result.size() - made, kStep);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data() + used));
    stream.avail_in = static_cast<uInt>(feed);
    stream.next_out = reinterpret_cast<Bytef*>(result.data() + made);
    stream.avail_out = static_cast<uInt>(room);
    state = deflate(&stream, used + feed == text.size() ? Z_FINISH : Z_NO_FLUSH);
    FT_CHECK(state == Z_OK || state == Z_STREAM_END, "zlib packs with state {}", state);
    used += feed - stream.avail_in;
    made += room - stream.avail_out;
  }
  result.resize(made);
  return result;
}

std::string gunzip(std::string_view bytes, size_t max_bytes, const std::string& where) {
  constexpr size_t kFirst = size_t{1} << 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) fail("{}: cannot be unpacked (memory)", where);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  std::string result;
  size_t used = 0, made = 0;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    if (made == result.size()) result.resize(std::min(max_bytes + 1, std::max(kFirst, 2 * made)));
    const size_t room = std::min(result.size() - made, kStep);
    const size_t feed = std::min(bytes.size() - used, kStep);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + used));
    stream.avail_in = static_cast<uInt>(feed);
    stream.next_out = reinterpret_cast<Bytef*>(result.data() + made);
    stream.avail_out = static_cast<uInt>(room);
    state = inflate(&stream, Z_NO_FLUSH);
    used += feed - stream.avail_in;
    made += room - stream.avail_out;
    if (made > max_bytes) {
      fail("{}: unpacks to more than {} bytes, more than such a file holds", where, max_bytes);
    }
    if (state != Z_OK && state != Z_STREAM_END) {
      fail("{}: the gzip data are damaged or cut off; fetch the file again", where);
    }
  }
  if (used != bytes.size()) {
    fail("{}: {} bytes follow the gzip data; expected one packed file", where, bytes.size() - used);
  }
  result.resize(made);
  return result;
}

}  // namespace flowtalk::formats
