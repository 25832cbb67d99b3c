#include "flowtalk/formats/gzip.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/refusal.h"

namespace flowtalk::formats {
namespace {

using testing::HasSubstr;
using tests::refusal;

TEST(Gzip, ComesBack) {
  for (const size_t size : {0u, 1u, 65536u, 300000u}) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += i % 7 == 0 ? static_cast<char>('a' + i % 26) : 'x';
    const std::string bytes = gzip(text);
    EXPECT_TRUE(is_gzip(bytes));
    EXPECT_EQ(gunzip(bytes, size, "x.gz"), text) << size;
  }
}

TEST(Gzip, RefusesWhatIsDamagedTooLargeOrMore) {
  const std::string bytes = gzip(std::string(100000, 'x'));
  EXPECT_THAT(refusal([&] { gunzip(bytes, 99999, "x.gz"); }), HasSubstr("more than 99999 bytes"));
  EXPECT_THAT(refusal([&] { gunzip(bytes.substr(0, 60), 1000000, "x.gz"); }),
              HasSubstr("x.gz: the gzip data are damaged or cut off"));
  EXPECT_THAT(refusal([&] { gunzip("\x1f\x8bno", 1000, "x.gz"); }), HasSubstr("damaged"));
  EXPECT_THAT(refusal([&] { gunzip(bytes + "more", 1000000, "x.gz"); }),
              HasSubstr("4 bytes follow"));
}

}  // namespace
}  // namespace flowtalk::formats
