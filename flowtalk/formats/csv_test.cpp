#include "flowtalk/formats/csv.h"

#include <gmock/gmock.h>

#include "tests/refusal.h"

namespace flowtalk::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::refusal;

TEST(Csv, LinesCellsNumbers) {
  std::vector<std::string> lines, places;
  for_each_csv_line("\xEF\xBB\xBF a,b\r\n\n \"x,y\" , 2 \n", "f.csv",
                    [&](const std::string& line, const std::string& at) {
                      lines.push_back(line);
                      places.push_back(at);
                    });
  EXPECT_THAT(lines, ElementsAre("a,b", "\"x,y\" , 2"));
  EXPECT_THAT(places, ElementsAre("f.csv: line 1", "f.csv: line 3"));
  EXPECT_THAT(csv_cells(lines[1], 2, ""), ElementsAre("x,y", "2"));
  EXPECT_EQ(csv_number("-2.5e1"), -25.0);
  for (const char* other : {"", "2 ", "nan", "inf", "1e999", "two"}) {
    EXPECT_FALSE(csv_number(other)) << other;
  }
}

TEST(Csv, LinesThatAreNone) {
  EXPECT_THAT(refusal([] { csv_cells("a,b,c", 2, "f.csv: line 4"); }),
              HasSubstr("f.csv: line 4: has more than 2 cells"));
  EXPECT_THAT(refusal([] { csv_cells("\"a,b", 9, "f.csv: line 4"); }), HasSubstr("not closed"));
}

}  // namespace
}  // namespace flowtalk::formats
