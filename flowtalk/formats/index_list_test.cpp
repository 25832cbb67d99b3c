// Lists of vertex indices: what is read and what is refused.
#include "flowtalk/formats/index_list.h"

#include <gtest/gtest.h>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

std::vector<uint32_t> read(std::string_view text, uint64_t vertices = 5023) {
  return read_index_list(text, "lve.txt", vertices);
}

TEST(IndexList, ReadsIndicesInTheirOrder) {
  EXPECT_EQ(read("3,1,2"), (std::vector<uint32_t>{3, 1, 2}));
  EXPECT_EQ(read(" 3 , 1,\r\n1\n"), (std::vector<uint32_t>{3, 1, 1}));
  EXPECT_EQ(read("5022"), (std::vector<uint32_t>{5022}));
  for (const char* text : {"[1, 2, 3]\n", "1,2,3,\n", "1\n2\n3\n", "1 2 3", "(1,2,3,)", "[1 2\n 3]",
                           "# lips\n1.000000000000000000e+00\n2.0\n3e0\n", "1,\n2,\n3"}) {
    EXPECT_EQ(read(text), (std::vector<uint32_t>{1, 2, 3})) << text;
  }
  EXPECT_EQ(read("4294967295", uint64_t{1} << 32), (std::vector<uint32_t>{4294967295}));
}

TEST(IndexList, RefusesAnythingElseAndSaysWhere) {
  const std::pair<std::string_view, const char*> bad[] = {
      {"", "empty"},
      {" \n", "empty"},
      {"[]", "empty"},
      {"[1,2", "item 1 is '[1'"},
      {"1;2", "item 1 is '1;2'"},
      {"1,nan", "item 2"},
      {"1,inf", "item 2"},
      {"1,1e400", "below 5023"},
      {",1", "item 1"},
      {"1,,2", "item 2"},
      {"1,2.5", "item 2"},
      {"1,x", "item 2 is 'x'"},
      {"+1", "item 1"},
      {"1,-2", "item 2 is -2"},
      {"5023", "below 5023"},
      {"1,99999999999999999999999", "below 5023"},
      {"4294967296", "below"},
  };
  for (const auto& [text, part] : bad) {
    try {
      read(text);
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      const std::string message = e.what();
      EXPECT_NE(message.find("lve.txt"), std::string::npos) << message;
      EXPECT_NE(message.find(part), std::string::npos) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
  }
  EXPECT_THROW(load_index_list("no/such/lve.txt"), Error);
}

}  // namespace
}  // namespace flowtalk::formats
