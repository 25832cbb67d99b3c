#include "flowtalk/formats/whole_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

using tensor::Tensor;

// Quantised weights as float32 has them after two products.
Tensor quantised(int64_t count, float step, int lowest, int highest) {
  Tensor values({count});
  Rng rng(3);
  for (int64_t i = 0; i < count; ++i) {
    const auto q = static_cast<float>(rng.integer(lowest, highest));
    values[i] = 0.08f * (step / 0.08f * q);
  }
  values[0] = 0.08f * (step / 0.08f * (highest > 0 ? 1.0f : -1.0f));
  return values;
}

TEST(WholeSteps, AreFoundWithTheirZeroWhereverItIs) {
  for (const auto& [lowest, highest] : {std::pair{-127, 127}, {-184, 71}, {0, 255}, {-255, 0}}) {
    const Tensor values = quantised(5000, 0.01582f, lowest, highest);
    const auto steps = whole_steps(values.values());
    ASSERT_TRUE(steps) << lowest;
    EXPECT_NEAR(steps->step, 0.01582f, 1e-8f);
    const auto bytes = bytes_of(values.values(), *steps);
    for (size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_NEAR(steps->value(bytes[i]), values.values()[i], 4e-6f) << lowest << " at " << i;
    }
  }
}

TEST(WholeSteps, WhatIsNoneIsNone) {
  Tensor values = quantised(5000, 0.5f, -100, 100);
  EXPECT_TRUE(whole_steps(values.values()));
  values[7] += 0.001f;
  EXPECT_FALSE(whole_steps(values.values()));
  values[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(whole_steps(values.values()));
  EXPECT_FALSE(whole_steps(quantised(5000, 0.5f, -128, 128).values())) << "257 of them";
  EXPECT_FALSE(whole_steps(Tensor::zeros({5000}).values())) << "no step to be seen";
}

TEST(WholeSteps, TextLeadsBack) {
  for (const WholeSteps steps : {WholeSteps{0.0158195f, 134}, {1e-30f, 0}, {3e8f, 255}}) {
    const auto back = parse_whole_steps(to_text(steps));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->step, steps.step);
    EXPECT_EQ(back->zero, steps.zero);
  }
  for (const char* text :
       {"", "1", "1 ", "1 256", "1 -1", "0 1", "-1 1", "nan 1", "inf 1", "1 1 ", "x 1", "1 1.5"}) {
    EXPECT_FALSE(parse_whole_steps(text)) << text;
  }
}

TEST(WholeSteps, AFileOfHalvesKeepsThemToTheStepInAByteEach) {
  tests::ScratchFolder folder;
  const Tensor q = quantised(5000, 0.01582f, -100, 120);
  Tensor other({5000});
  Rng rng(5);
  for (float& v : other.values()) v = static_cast<float>(rng.normal());
  save_safetensors(folder / "x.safetensors", {{"q", q}, {"other", other}}, Dtype::kF16);
  const SafetensorsFile file(folder / "x.safetensors");
  EXPECT_EQ(file.dtype("q"), Dtype::kU8);
  EXPECT_EQ(file.dtype("other"), Dtype::kF16);
  EXPECT_EQ(file.array("q").dtype, Dtype::kF32);
  const auto renamed = file.renamed([](const std::string& name) { return "new/" + name; });
  for (const Tensor& loaded : {file.load("q"), renamed.load("new/q")}) {
    for (int64_t i = 0; i < q.size(); ++i) ASSERT_NEAR(loaded[i], q[i], 2e-6f) << i;
  }
}

TEST(WholeSteps, AStepThatFitsNoTensorIsRefused) {
  tests::ScratchFolder folder;
  const auto path = folder / "x.safetensors";
  for (const auto& [key, text] : {std::pair{"steps:q", "0.5 3"}, {"steps:none", "0.5 3"}}) {
    save_safetensors(path, {{"q", Tensor::zeros({3})}}, Dtype::kF32, {{key, text}});
    try {
      SafetensorsFile{path};
      ADD_FAILURE() << key;
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), ::testing::HasSubstr("expected a step and a zero of a tensor of U8"));
    }
  }
}

}  // namespace
}  // namespace flowtalk::formats
