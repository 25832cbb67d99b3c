#include "flowtalk/arkit/audio2face_json.h"

#include <gtest/gtest.h>

#include "flowtalk/arkit/golden_exports.h"

namespace flowtalk::arkit {
namespace {

TEST(Audio2FaceJson, IsWrittenAsItsExportIs) {
  const std::string sample = golden_text("a2f_sample.json");
  if (sample.empty()) GTEST_SKIP() << "skipped: no golden data";
  Take take{tensor::Tensor::zeros({2, int64_t{kShapes}}), {}, 25, {}};
  take.scores[int64_t{shape("mouthSmileLeft")}] = 0.25f;
  take.scores[int64_t{kShapes + shape("jawOpen")}] = 0.5f;
  take.scores[int64_t{kShapes + shape("mouthSmileLeft")}] = 0.25f;
  EXPECT_EQ(parse_json(audio2face_json(take, "voice.wav"), "ours"), parse_json(sample, "sample"));
}

TEST(Audio2FaceJson, NamesAreQuotedAndValuesKeepTheirDigits) {
  Take take{tensor::Tensor::full({1, int64_t{kShapes}}, 0.1f), {}, 29.97, {}};
  const Json json = parse_json(audio2face_json(take, "a \"b\".wav"), "ours");
  EXPECT_EQ(json["trackPath"], "a \"b\".wav");
  EXPECT_EQ(json["exportFps"].get<double>(), 29.97);
  EXPECT_EQ(json["weightMat"][0][51].get<float>(), 0.1f);
}

}  // namespace
}  // namespace flowtalk::arkit
