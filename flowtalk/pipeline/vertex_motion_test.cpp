// Vertices of files on screen: the same pictures as the parameters that they follow from, at their
// own rate and in their own units.
#include "flowtalk/pipeline/vertex_motion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/render.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::refusal;

constexpr int64_t kFrames = 6;

struct VertexMotions : ::testing::Test {
  tests::ScratchFolder folder;
  std::vector<std::string> notes, warnings;
  Reporter reporter;

  VertexMotions() {
    reporter.note = [&](const std::string& text) { notes.push_back(text); };
    reporter.warn = [&](const std::string& text) { warnings.push_back(text); };
    // A jaw that opens.
    Tensor rows = Tensor::zeros({kFrames, 53});
    for (int64_t t = 0; t < kFrames; ++t) rows[53 * t + 50] = 0.05f * static_cast<float>(t);
    formats::save_npy(folder / "rows.npy", rows);
    ExportOptions options;
    options.params = path("rows.npy");
    options.output = path("mesh.npy");
    export_motion("vertices", options, {});
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::optional<VertexMotion> read(const std::string& name, const MotionOptions& options = {}) {
    return read_vertices(path(name), options, reporter);
  }
  Rendered draw(const std::vector<std::string>& motions, const std::string& to,
                const std::string& face = "builtin") {
    RenderOptions options;
    for (const std::string& name : motions) options.motions.push_back(path(name));
    options.frames = path(to);
    options.stage.size = {64, 64};
    options.stage.camera = View::kFront;  // from elsewhere eyes turn, which those of meshes cannot
    options.stage.face.face = face;
    return render(options, reporter);
  }
  std::string picture(const std::string& name, int frame) const {
    return load_file(folder / name / fmt::format("{:05}.png", frame));
  }
};

TEST_F(VertexMotions, ShowWhatTheParametersShow) {
  EXPECT_EQ(draw({"rows.npy"}, "a").frames, kFrames);
  EXPECT_EQ(draw({"mesh.npy"}, "b").frames, kFrames);
  for (int t = 0; t < kFrames; ++t) EXPECT_EQ(picture("a", t), picture("b", t)) << t;
  EXPECT_NE(picture("b", 0), picture("b", kFrames - 1));
  const Rendered both = draw({"mesh.npy", "rows.npy"}, "both");
  EXPECT_GT(both.width, 2 * 64 - 1);
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(VertexMotions, KeepTheirRateAndAreShownAsHeads) {
  const Tensor mesh = formats::load_npy(folder / "mesh.npy");
  Tensor large = mesh.clone();
  for (int64_t i = 0; i < large.size(); ++i) large[i] *= 1000;
  formats::save_npz(folder / "large.npz",
                    {{"vertices", formats::npy_of(large)}, {"fps", formats::npy_of(50.0)}});
  const auto motion = read("large.npz");
  ASSERT_TRUE(motion);
  EXPECT_EQ(motion->rate_hz, 50);
  EXPECT_TRUE(motion->says_rate);
  EXPECT_EQ(motion->frames(), kFrames);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("is no head in metres")));
  std::vector<float> frame(static_cast<size_t>(mesh.size() / kFrames));
  motion->take.read(0, 1, frame);
  const auto [low, high] = std::ranges::minmax(frame);
  EXPECT_LT(high - low, 0.5f);
  EXPECT_EQ(draw({"large.npz"}, "large").frames, kFrames / 2);
  // The picture is that of the head in metres, but for its size.
  EXPECT_GT(picture("large", 0).size(), 2000u);
}

TEST_F(VertexMotions, StandWhereTheFaceDoes) {
  Tensor away = formats::load_npy(folder / "mesh.npy").clone();
  for (int64_t i = 0; i < away.size(); i += 3) away[i] += 1;  // a metre aside
  formats::save_npy(folder / "away.npy", away);
  draw({"mesh.npy", "away.npy"}, "both");
  draw({"mesh.npy", "mesh.npy"}, "same");
  draw({"away.npy"}, "alone");
  draw({"rows.npy", "away.npy"}, "beside");
  const auto bytes = [&](const std::string& name) { return picture(name, 3).size(); };
  // Rounding of a metre is seen in few pixels.
  EXPECT_NEAR(static_cast<double>(bytes("both")), static_cast<double>(bytes("same")), 200);
  EXPECT_NEAR(static_cast<double>(bytes("beside")), static_cast<double>(bytes("same")), 200);
  EXPECT_GT(bytes("alone"), 2000u);
}

TEST_F(VertexMotions, OfOtherFilesAreNone) {
  EXPECT_FALSE(read("rows.npy"));
  formats::save_npy(folder / "jaw.npy", Tensor::zeros({9, 1, 3}));
  EXPECT_FALSE(read("jaw.npy"));
  formats::save_npy(folder / "wide.npy", Tensor::zeros({9, 60}));
  EXPECT_FALSE(read("wide.npy"));
  const std::string mesh = formats::npy_of(formats::load_npy(folder / "mesh.npy"));
  formats::save_npz(folder / "beside.npz",
                    {{"verts", mesh}, {"camera", formats::npy_of(Tensor::zeros({3}))}});
  EXPECT_TRUE(read("beside.npz"));
  EXPECT_TRUE(holds_vertices(folder / "beside.npz"));
  EXPECT_FALSE(holds_vertices(folder / "rows.npy"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("not used beside the vertices: 'camera'")));
}

TEST_F(VertexMotions, AreRefusedWithWhatWouldDo) {
  const auto saved = [&](const std::string& name, const Tensor& values) {
    formats::save_npy(folder / name, values);
    return name;
  };
  EXPECT_THAT(refusal([&] {
                draw({saved("small.npy", Tensor({3, 40, 3}, std::vector<float>(360, 0.1f)))}, "x");
              }),
              HasSubstr("one point"));
  Tensor bad = formats::load_npy(folder / "mesh.npy");
  bad[bad.size() - 1] = NAN;
  EXPECT_THAT(refusal([&] { read(saved("bad.npy", bad)); }), HasSubstr("frame 5 holds a value"));
  EXPECT_THAT(refusal([&] {
                read(saved("two.npy", Tensor::zeros({2, 5, 40, 3})));
              }),
              HasSubstr("2 samples"));
  EXPECT_THAT(refusal([&] {
                read(saved("none.npy", Tensor::zeros({0, 40, 3})));
              }),
              HasSubstr("no frames"));
  MotionOptions degrees;
  degrees.jaw_unit = motion::AngleUnit::kDegrees;
  EXPECT_THAT(refusal([&] { read("mesh.npy", degrees); }), HasSubstr("holds vertices"));
  Tensor few = Tensor::zeros({3, 40, 3});
  for (int64_t i = 0; i < few.size(); ++i) few[i] = 0.001f * static_cast<float>(i % 120);
  EXPECT_THAT(refusal([&] { draw({saved("few.npy", few)}, "x"); }),
              HasSubstr("40 vertices, the face builtin has"));
  EXPECT_FALSE(fs::exists(folder / "x"));
}

}  // namespace
}  // namespace flowtalk::pipeline
