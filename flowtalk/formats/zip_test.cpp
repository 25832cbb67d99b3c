// Zip archives: what a writer may do, and what only a damaged or hostile file does.
#include "flowtalk/formats/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/zip_maker.h"

namespace flowtalk::formats {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

// Opens the archive and reads all of it.
void read_all(const std::string& bytes) {
  const ZipReader zip(bytes, "x.zip");
  for (const ZipEntry& entry : zip.entries()) zip.read(entry);
}

void expect_refused(const std::vector<ZipPart>& parts, const std::string& reason) {
  const std::string bytes = make_zip(parts);
  const std::string message = message_of([&] { read_all(bytes); });
  EXPECT_THAT(message, HasSubstr("x.zip"));
  EXPECT_THAT(message, HasSubstr(reason));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

const std::string kText(5000, 'a');

TEST(Zip, ReadsStoredAndDeflatedEntries) {
  for (const bool zip64 : {false, true}) {
    const std::string bytes = make_zip({{.name = "a", .content = kText, .zip64 = zip64},
                                        {.name = "b", .content = kText, .deflated = true},
                                        {.name = "none", .content = ""},
                                        {.name = "none2", .content = "", .deflated = true}},
                                       "a comment with PK\x05\x06 in it");
    const ZipReader zip(bytes, "x.zip");
    ASSERT_EQ(zip.entries().size(), 4u);
    EXPECT_EQ(zip.find("c"), nullptr);
    for (const char* name : {"a", "b"}) EXPECT_EQ(zip.read(*zip.find(name)).bytes, kText);
    for (const char* name : {"none", "none2"}) EXPECT_EQ(zip.read(*zip.find(name)).bytes, "");
    const char* stored = zip.read(*zip.find("a")).bytes.data();
    EXPECT_TRUE(stored >= bytes.data() && stored < bytes.data() + bytes.size());  // not copied
  }
}

TEST(Zip, EveryCutIsRefused) {
  for (const bool zip64 : {false, true}) {
    const std::string bytes = make_zip({{.name = "a", .content = "abc", .zip64 = zip64},
                                        {.name = "b", .content = kText, .deflated = true}});
    for (size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_THAT(message_of([&] { read_all(bytes.substr(0, length)); }), HasSubstr("x.zip"));
    }
  }
}

TEST(Zip, NoChangedByteDoesHarm) {
  for (const bool zip64 : {false, true}) {
    const std::string bytes = make_zip({{.name = "a", .content = "abc", .zip64 = zip64},
                                        {.name = "b", .content = kText, .deflated = true}});
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const int change : {1, 0x80, 0xff}) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ change);
        message_of([&] { read_all(damaged); });
      }
    }
  }
}

TEST(Zip, SaysWhatItCannotRead) {
  expect_refused({{.name = "a\n", .content = "x", .flags = 1}}, "'a\\x0a': is encrypted");
  expect_refused({{.name = "a", .content = "x", .method = 12}}, "compression method 12");
  expect_refused({{.name = "a", .content = "x"}, {.name = "a", .content = "y"}}, "twice");
}

TEST(Zip, DoesNotBelieveTheSizes) {
  constexpr int64_t kLarge = int64_t{1} << 50;
  const ZipPart deflated{.name = "a", .content = kText, .deflated = true, .zip64 = true};
  for (const int64_t claimed : {int64_t{0}, int64_t{10}, int64_t{4999}, int64_t{5001}, kLarge}) {
    ZipPart part = deflated;
    part.claimed = claimed;
    expect_refused({part}, "'a'");
  }
  expect_refused({{.name = "a", .content = "x", .zip64 = true, .claimed = kLarge}}, "stored as 1");
  expect_refused({{.name = "a", .content = "x", .zip64 = true, .local_offset = kLarge}}, "cut off");
}

TEST(Zip, DirectoryAndHeadersMustAgree) {
  expect_refused({{.name = "a", .content = "x", .local_name = "b"}}, "does not agree");
  expect_refused({{.name = "a", .content = "x", .local_offset = 3}}, "does not");
  // Two names for the same bytes.
  std::string bytes = make_zip({{.name = "a", .content = kText, .deflated = true},
                                {.name = "b", .content = "x", .local_offset = 0}});
  EXPECT_NE(message_of([&] { read_all(bytes); }), "");
  // The data of one entry reach into the next.
  bytes = make_zip({{.name = "a", .content = "0123456789"}, {.name = "b", .content = "x"}});
  const size_t record = bytes.find("PK\x01\x02");
  bytes[record + 20] = bytes[record + 24] = 30;
  EXPECT_THAT(message_of([&] { read_all(bytes); }), HasSubstr("overlap"));
}

TEST(Zip, ChecksumsGuardTheContent) {
  std::string bytes = make_zip({{.name = "a", .content = "0123456789"}});
  bytes[bytes.find('5')] = '6';
  EXPECT_THAT(message_of([&] { read_all(bytes); }), HasSubstr("checksum"));
  const ZipReader zip(bytes, "x.zip");
  EXPECT_EQ(zip.read_unchecked(zip.entries()[0]).bytes, "0123466789");
}

}  // namespace
}  // namespace flowtalk::formats
