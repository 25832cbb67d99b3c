#include "flowtalk/arkit/names.h"

#include <gtest/gtest.h>

#include <set>

#include "flowtalk/arkit/golden_exports.h"

namespace flowtalk::arkit {
namespace {

size_t index_of(const Json& name) { return find_shape(name.get<std::string>()).value(); }

TEST(ArkitNames, OrdersAndPartnersOfTheSheet) {
  const Json sheet = golden_json("arkit52.json");
  if (sheet.empty()) GTEST_SKIP() << "skipped: no golden data";
  ASSERT_EQ(sheet["shapes"].size(), kShapes);
  for (const Json& row : sheet["shapes"]) {
    const size_t i = index_of(row["name"]);
    SCOPED_TRACE(row["name"].get<std::string>());
    EXPECT_EQ(row["udp_index"], i);
    EXPECT_EQ(row["pascal"], pascal(kNames[i]));
    EXPECT_EQ(find_shape(row["pascal"].get<std::string>()), i);
    for (const char* key : {"name", "pascal", "ifacialmocap"}) {
      EXPECT_EQ(canonical(row[key].get<std::string>()), kNames[i]);
    }
    EXPECT_EQ(kCsvOrder[row["csv_column"].get<size_t>() - 2], i);
    EXPECT_EQ(kAlphabetical[row["alphabetical_index"].get<size_t>()], i);
    if (row["mediapipe_index"].is_null()) {
      EXPECT_EQ(kNames[i], "tongueOut");
    } else {
      EXPECT_EQ(kMediaPipeNames[row["mediapipe_index"].get<size_t>()], kNames[i]);
    }
    EXPECT_EQ(kPartner[i], row["partner"].is_null() ? i : index_of(row["partner"]));
  }
  EXPECT_EQ(kMediaPipeNames[0], "_neutral");
  std::set<std::pair<size_t, size_t>> opposites(kOpposites.begin(), kOpposites.end());
  EXPECT_EQ(opposites.size(), sheet["cancel_pairs_suggested"].size());
  for (const Json& pair : sheet["cancel_pairs_suggested"]) {
    EXPECT_TRUE(opposites.contains({index_of(pair[0]), index_of(pair[1])})) << pair.dump();
  }
  const Json& turns = sheet["rotations"]["order"];
  ASSERT_EQ(turns.size(), kTurnNames.size());
  for (size_t k = 0; k < kTurnNames.size(); ++k) EXPECT_EQ(turns[k], kTurnNames[k]);
}

TEST(ArkitNames, PartnersAreMutualAndOtherWordsAreNone) {
  for (size_t i = 0; i < kShapes; ++i) EXPECT_EQ(kPartner[kPartner[i]], i) << kNames[i];
  EXPECT_EQ(kPartner[shape("jawLeft")], shape("jawRight"));
  EXPECT_EQ(kPartner[shape("jawOpen")], shape("jawOpen"));
  EXPECT_EQ(canonical("mouthSmile_right"), "mouthSmileRight");
  EXPECT_EQ(canonical("Head_L"), "head_L");
  EXPECT_EQ(canonical(""), "");
  for (const char* word : {"", "J", "jawopen", "JAWOPEN", "jawOpe", "jawOpenn", "_neutral"}) {
    EXPECT_FALSE(find_shape(word).has_value()) << word;
  }
}

}  // namespace
}  // namespace flowtalk::arkit
