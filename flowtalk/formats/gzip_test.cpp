#include "flowtalk/formats/gzip.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "tests/refusal.h"

namespace flowtalk::formats {
namespace {

using testing::HasSubstr;
using tests::refusal;

std::string packed(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::vector<char> bytes(text.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  const size_t made = bytes.size() - stream.avail_out;
  deflateEnd(&stream);
  return {bytes.data(), made};
}

TEST(Gzip, ComesBack) {
  for (const size_t size : {0u, 1u, 65536u, 300000u}) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += i % 7 == 0 ? static_cast<char>('a' + i % 26) : 'x';
    const std::string bytes = packed(text);
    EXPECT_TRUE(is_gzip(bytes));
    EXPECT_EQ(gunzip(bytes, size, "x.gz"), text) << size;
  }
}

TEST(Gzip, RefusesWhatIsDamagedTooLargeOrMore) {
  const std::string bytes = packed(std::string(100000, 'x'));
  EXPECT_THAT(refusal([&] { gunzip(bytes, 99999, "x.gz"); }), HasSubstr("more than 99999 bytes"));
  EXPECT_THAT(refusal([&] { gunzip(bytes.substr(0, 60), 1000000, "x.gz"); }),
              HasSubstr("x.gz: the gzip data are damaged or cut off"));
  EXPECT_THAT(refusal([&] { gunzip("\x1f\x8bno", 1000, "x.gz"); }), HasSubstr("damaged"));
  EXPECT_THAT(refusal([&] { gunzip(bytes + "more", 1000000, "x.gz"); }),
              HasSubstr("4 bytes follow"));
}

}  // namespace
}  // namespace flowtalk::formats
