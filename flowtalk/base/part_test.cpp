#include "flowtalk/base/part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/refusal.h"
#include "tests/variables.h"

namespace flowtalk {
namespace {

using ::testing::HasSubstr;
using tests::variables;

std::map<std::string, std::string> array(const char* id, const char* count, const char* least,
                                         const char* most) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_MIN", least},
          {"SLURM_ARRAY_TASK_MAX", most}};
}

TEST(Part, TogetherTheyAreAllOnce) {
  for (size_t item = 0; item < 20; ++item) {
    int takers = 0;
    for (const char* text : {"1/3", "2/3", "3/3"}) {
      takers += part_of(text, variables({})).has(item) ? 1 : 0;
    }
    EXPECT_EQ(takers, 1);
    EXPECT_TRUE(part_of("", variables({})).has(item));
  }
}

TEST(Part, OfASlurmArray) {
  const Part part = part_of("", variables(array("3", "4", "1", "4")));
  EXPECT_EQ(part.index, 2u);
  EXPECT_EQ(part.count, 4u);
  EXPECT_EQ(part_of("1/2", variables(array("3", "4", "1", "4"))).count, 2u);  // what is said
  EXPECT_THAT(tests::refusal([] { part_of("", variables(array("4", "2", "2", "4"))); }),
              HasSubstr("without gaps"));
}

TEST(Part, NoneOfThatKind) {
  for (const char* text : {"0/3", "4/3", "3", "a/b", "1/0", "1/2/3", "-1/2", "1/9999999999"}) {
    EXPECT_THAT(tests::refusal([&] { part_of(text, variables({})); }), HasSubstr("expected K/N"))
        << text;
  }
}

}  // namespace
}  // namespace flowtalk
