// Sequence files: pairs, samples, layouts, lengths, and the message of each mistake.
#include "flowtalk/evaluate/sequence_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/setup.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;
using ::testing::HasSubstr;

Tensor random_tensor(const Shape& shape, uint64_t seed) {
  Rng rng(seed);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal(0, 0.01));
  return x;
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

class SequenceFilesTest : public ::testing::Test {
 protected:
  SequenceFilesTest() {
    fs::create_directories(folder_ / "gt");
    fs::create_directories(folder_ / "pred");
  }

  void put(const std::string& name, const Shape& shape, uint64_t seed = 1) const {
    formats::save_npy(folder_ / (name + ".npy"), random_tensor(shape, seed));
  }
  std::vector<SequenceFiles> pairs() const {
    return pair_sequences(folder_ / "gt", folder_ / "pred");
  }
  VertexSequence open(int64_t vertices, int64_t max_cut = 1) const {
    return open_sequence(pairs().at(0), {deformer_, vertices, max_cut});
  }
  static std::vector<float> frame(const VertexTake& take, int64_t t, int64_t vertices) {
    std::vector<float> out(static_cast<size_t>(3 * vertices));
    take.read(t, 1, out);
    return out;
  }

  tests::ScratchFolder folder_;
  face::Deformer deformer_{face::builtin_face()};
};

TEST_F(SequenceFilesTest, SamplesAreFoundByNumberAndNamesThatEndInNumbersStayWhole) {
  // As in 3DMEAD, where the level is the last part of a name: M003_001_0_0 must not become a
  // sample of a sequence M003_001_0.
  for (const char* name : {"M003_001_1_0", "M003_001_1_1", "b"})
    put(fmt::format("gt/{}", name), {4, 5, 3});
  put("pred/M003_001_1_0", {4, 5, 3});
  for (int s = 0; s < 12; ++s) put(fmt::format("pred/M003_001_1_1_sample{}", s), {4, 5, 3});
  put("pred/b_0", {4, 5, 3});
  put("pred/b_1", {4, 5, 3});
  const auto found = pairs();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].predictions.size(), 1u);
  ASSERT_EQ(found[1].predictions.size(), 12u);
  EXPECT_EQ(found[1].predictions[10].name, "M003_001_1_1_sample10");
  EXPECT_EQ(found[2].predictions.size(), 2u);
}

TEST_F(SequenceFilesTest, AFolderOfFramesIsASequence) {
  put("pred/a", {3, 53});
  for (const int i : {0, 1, 2}) {
    const fs::path frame = folder_ / "gt/a" / fmt::format("{}.safetensors", i);
    formats::save_safetensors(frame, {{"exp", random_tensor({50}, 1)}});
  }
  fs::create_directories(folder_ / "gt/notes");
  EXPECT_EQ(open(face::builtin_face().vertex_count()).truth.frames, 3);
}

// What a file says of its rate wins over what is said of files that do not.
TEST_F(SequenceFilesTest, EachSideHasItsOwnRate) {
  put("gt/a", {60, 5, 3});
  put("pred/a", {50, 5, 3});
  const auto opened = [&](double truth_hz, double prediction_hz) {
    SequenceReading reading{deformer_, 5, 0};
    reading.truth_hz = truth_hz;
    reading.prediction_hz = prediction_hz;
    return open_sequence(pairs().at(0), reading);
  };
  EXPECT_EQ(opened(30, 25).truth.frames, 50);
  EXPECT_THAT(message_of([&] { opened(25, 25); }), HasSubstr("60 frames, predictions 50"));
  fs::remove(folder_ / "pred/a.npy");
  formats::save_safetensors(
      folder_ / "pred/a.safetensors",
      {{"vertices", random_tensor({100, 5, 3}, 2)}, {"fps", Tensor::full({1}, 50)}});
  EXPECT_EQ(opened(30, 25).predictions[0].frames, 50);
  // Rows and parts of a motion.
  const Shape rows = {100, 53};
  formats::save_safetensors(folder_ / "pred/a.safetensors",
                            {{"motion", random_tensor(rows, 2)}, {"fps", Tensor::full({1}, 50)}});
  formats::save_safetensors(folder_ / "gt/a.safetensors",
                            {{"jaw", random_tensor({60, 3}, 2)}, {"fps", Tensor::full({1}, 30)}});
  fs::remove(folder_ / "gt/a.npy");
  SequenceReading reading{deformer_, face::builtin_face().vertex_count(), 0};
  reading.truth_hz = reading.prediction_hz = 120;
  const VertexSequence both = open_sequence(pairs().at(0), reading);
  EXPECT_EQ(both.truth.frames, 50);
  EXPECT_EQ(both.predictions[0].frames, 50);
}

TEST_F(SequenceFilesTest, MissingPartnersAreListedTogether) {
  for (const char* name : {"a", "b", "c"}) put(fmt::format("gt/{}", name), {4, 5, 3});
  put("pred/b", {4, 5, 3});
  put("pred/x", {4, 5, 3});
  const std::string message = message_of([&] { pairs(); });
  EXPECT_THAT(message, HasSubstr("2 of 3 sequences"));
  EXPECT_THAT(message, HasSubstr("a, c"));
  EXPECT_THAT(message, HasSubstr("no ground truth"));
  EXPECT_THAT(message, HasSubstr("x"));
}

TEST_F(SequenceFilesTest, GapsAndRepeatsInSampleNumbersAreErrors) {
  put("gt/a", {4, 5, 3});
  put("pred/a_0", {4, 5, 3});
  put("pred/a_2", {4, 5, 3});
  EXPECT_THAT(message_of([&] { pairs(); }), HasSubstr("prediction 2 but no 1"));
  put("pred/a_sample0", {4, 5, 3});
  EXPECT_THAT(message_of([&] { pairs(); }), HasSubstr("number 0"));
  EXPECT_THAT(message_of([&] { pair_sequences(folder_ / "gt", folder_ / "none"); }),
              HasSubstr("none"));
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(message_of([&] { pair_sequences(folder_ / "gt", folder_ / "empty"); }),
              HasSubstr("no predictions"));
}

TEST_F(SequenceFilesTest, EveryLayoutOfVerticesIsTheSameSequence) {
  const Tensor truth = random_tensor({6, 5, 3}, 1), samples = random_tensor({2, 6, 5, 3}, 2);
  formats::save_npy(folder_ / "gt/a.npy", truth.reshape({6, 15}));
  for (const Shape& shape : {Shape{2, 6, 5, 3}, Shape{2, 6, 15}}) {
    formats::save_npy(folder_ / "pred/a.npy", samples.reshape(shape));
    const VertexSequence sequence = open(5);
    ASSERT_EQ(sequence.predictions.size(), 2u);
    EXPECT_EQ(sequence.truth.frames, 6);
    const auto want = samples.values().subspan(6 * 15 + 4 * 15, 15);
    EXPECT_EQ(frame(sequence.predictions[1], 4, 5), std::vector<float>(want.begin(), want.end()));
  }
  formats::save_npy(folder_ / "gt/a.npy", truth.reshape({1, 6, 5, 3}));
  EXPECT_EQ(open(5).truth.frames, 6);
}

TEST_F(SequenceFilesTest, ParametersOfAnyWidthGiveTheSameFaceWithoutShape) {
  const auto vertices = face::builtin_face().vertex_count();
  Tensor narrow = random_tensor({3, 53}, 3);
  formats::save_npy(folder_ / "gt/a.npy", narrow);
  Tensor wide = random_tensor({1, 3, 403}, 4);  // its shape and last 50 expressions do not count
  Tensor middle = random_tensor({3, 353}, 5);
  for (int64_t t = 0; t < 3; ++t) {
    for (int64_t c = 0; c < 53; ++c) {
      wide[t * 403 + (c < 50 ? 300 : 350) + c] = narrow[t * 53 + c];
      middle[t * 353 + 300 + c] = narrow[t * 53 + c];
    }
  }
  formats::save_npy(folder_ / "pred/a_0.npy", wide);
  formats::save_npy(folder_ / "pred/a_1.npy", middle);
  const VertexSequence sequence = open(vertices);
  EXPECT_EQ(vertex_count(pairs().at(0), face::builtin_face()), vertices);
  for (const VertexTake& take : sequence.predictions) {
    EXPECT_EQ(frame(take, 2, vertices), frame(sequence.truth, 2, vertices));
  }
  EXPECT_NE(frame(sequence.truth, 1, vertices), frame(sequence.truth, 2, vertices));
}

TEST_F(SequenceFilesTest, AContainerHoldsBothSidesByMarks) {
  formats::save_safetensors(folder_ / "gt/all.safetensors",
                            {{"s0.gt", random_tensor({4, 5, 3}, 1)},
                             {"s0.pred", random_tensor({3, 4, 5, 3}, 2)},
                             {"s1.gt", random_tensor({5, 5, 3}, 3)},
                             {"s1.pred", random_tensor({3, 5, 5, 3}, 4)},
                             {"template", random_tensor({5, 3}, 5)}},
                            formats::Dtype::kF16);
  formats::save_safetensors(folder_ / "gt/template.safetensors",
                            {{"template", random_tensor({5, 3}, 5)}});
  for (const fs::path& place : {folder_ / "gt", folder_ / "gt/all.safetensors"}) {
    const auto found = pair_sequences(place, place);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[1].name, "s1");
    const auto sequence = open_sequence(found[1], {deformer_, 5});
    EXPECT_EQ(sequence.predictions.size(), 3u);
    EXPECT_EQ(sequence.truth.frames, 5);
  }
}

TEST_F(SequenceFilesTest, OneFolderMayHoldBothSides) {
  put("gt/a.gt", {4, 5, 3});
  put("gt/b_gt", {4, 5, 3});
  put("gt/a.pred", {2, 4, 5, 3});
  put("gt/b_pred", {2, 4, 5, 3});
  const auto found = pair_sequences(folder_ / "gt", folder_ / "gt");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_THAT(found[1].predictions.at(0).where, HasSubstr("b_pred.npy"));
}

TEST_F(SequenceFilesTest, WhatIsOddAboutAFileOnBothSidesIsSaidOnce) {
  formats::save_npy(folder_ / "gt/a.npy", Tensor::full({4, 53}, 0.5f));
  const fs::path file = folder_ / "gt/a.npy";
  const auto sequence =
      open_sequence(pair_sequences(file, file).at(0), {deformer_, deformer_.face().vertex_count()});
  ASSERT_EQ(sequence.remarks.size(), 1u);
  EXPECT_THAT(sequence.remarks[0], HasSubstr("does not move"));
}

TEST_F(SequenceFilesTest, LengthsMayDifferByOneFrameUnlessTold) {
  put("gt/a", {10, 5, 3});
  put("pred/a", {11, 5, 3});
  const VertexSequence sequence = open(5);
  EXPECT_EQ(sequence.truth.frames, 10);
  EXPECT_EQ(sequence.predictions[0].frames, 10);
  EXPECT_EQ(sequence.cut_frames, 1);
  put("pred/a", {7, 5, 3});
  EXPECT_THAT(message_of([&] { open(5); }), HasSubstr("10 frames, predictions 7"));
  EXPECT_EQ(open(5, 3).predictions[0].frames, 7);
}

TEST_F(SequenceFilesTest, ShapesThatAreNoSequencesNameTheFile) {
  put("gt/a", {10, 5, 3});
  for (const Shape& shape : {Shape{10}, Shape{10, 100}, Shape{10, 5, 4}, Shape{2, 2, 10, 5, 3},
                             Shape{0, 5, 3}, Shape{0, 10, 5, 3}, Shape{10, 0, 3}}) {
    put("pred/a", shape);
    EXPECT_THAT(message_of([&] { open(5); }), HasSubstr("a.npy")) << tensor::to_string(shape);
  }
  put("pred/a", {10, 6, 3});
  EXPECT_THAT(message_of([&] { open(5); }), HasSubstr("6 vertices"));
  put("pred/a", {10, 5, 3});
  put("gt/a", {2, 10, 5, 3});
  EXPECT_THAT(message_of([&] { open(5); }), HasSubstr("ground truth has one"));
}

TEST_F(SequenceFilesTest, RegionsAndTemplateComeFromFoldersOrTheFace) {
  save_file(folder_ / "gt/lve.txt", "0, 1");
  save_file(folder_ / "gt/fdd.txt", "2,3");
  SetupSources sources;
  sources.folders = {folder_ / "gt"};
  sources.vertices = 5;
  LoadedSetup setup = load_setup(sources);
  EXPECT_EQ(setup.measure.regions.lips, (std::vector<uint32_t>{0, 1}));
  EXPECT_TRUE(setup.measure.rest.empty());
  ASSERT_EQ(setup.notes.size(), 2u);
  EXPECT_THAT(setup.notes[0], HasSubstr("EVE left out: no eve.txt"));
  EXPECT_THAT(setup.notes[1], HasSubstr("FDD left out"));
  put("gt/template", {5, 3});
  save_file(folder_ / "pred/eve.txt", "4");
  sources.folders.push_back(folder_ / "pred");
  setup = load_setup(sources);
  EXPECT_TRUE(setup.notes.empty());
  EXPECT_EQ(setup.measure.rest.shape(), (Shape{5, 3}));
  put("gt/template", {6, 3});
  EXPECT_THAT(message_of([&] { load_setup(sources); }), HasSubstr("template.npy"));
  sources.vertices = 4;
  EXPECT_THAT(message_of([&] { load_setup(sources); }), HasSubstr("eve.txt"));
  sources.folders.clear();
  EXPECT_THAT(message_of([&] { load_setup(sources); }), HasSubstr("give regions FOLDER"));
  sources.face = &face::builtin_face();
  sources.vertices = sources.face->vertex_count();
  setup = load_setup(sources);
  EXPECT_EQ(setup.measure.regions.lips, sources.face->regions.lips);
  EXPECT_FALSE(setup.measure.rest.empty());
}

}  // namespace
}  // namespace flowtalk::evaluate
