#include "flowtalk/base/part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

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
  std::vector<int> items(20);
  std::iota(items.begin(), items.end(), 0);
  std::vector<int> taken;
  for (const char* text : {"1/3", "2/3", "3/3"}) {
    const auto own = own_of(items, part_of(text, variables({})));
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
    EXPECT_NEAR(static_cast<double>(own.size()), 20.0 / 3, 1);
    taken.insert(taken.end(), own.begin(), own.end());
  }
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, items);
  EXPECT_EQ(own_of(items, part_of("", variables({}))), items);
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
