// Lips on the face of the model: positions against the face's own definition, and training on
// FLAME.
#include "flowtalk/train/lip_vertices.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/face/golden_flame.h"
#include "flowtalk/face/reference.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/model_face.h"
#include "flowtalk/train/prior_stage.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

torch::Tensor lively_motion(int64_t frames, double jaw) {
  Rng rng(8);
  torch::Tensor motion = torch::empty({1, frames, motion::kLive});
  auto to = motion.accessor<float, 3>();
  for (int64_t t = 0; t < frames; ++t) {
    for (int64_t c = 0; c < motion::kLive; ++c) {
      to[0][t][c] = static_cast<float>((c < motion::kJawAt ? 0.8 : jaw) * rng.normal());
    }
  }
  return motion;
}

// The largest distance from what the face's plain float64 definition gives, millimetres.
double worst_distance(const face::Face& face, double jaw) {
  const torch::Tensor motion = lively_motion(12, jaw);
  const LipVertices lips(face, torch::kCPU);
  const torch::Tensor got = lips.positions(motion);
  double worst = 0;
  for (int64_t t = 0; t < motion.size(1); ++t) {
    const float* row = motion[0][t].data_ptr<float>();
    face::FaceFrame frame;
    frame.expression = {row, static_cast<size_t>(motion::kLiveExpression)};
    std::copy_n(row + motion::kJawAt, 3, frame.jaw.begin());
    const auto posed = face::pose_plainly(face, frame);
    for (size_t i = 0; i < lips.vertices().size(); ++i) {
      for (int64_t d = 0; d < 3; ++d) {
        const double expected = 1000 * posed.vertices[3 * lips.vertices()[i] + size_t(d)];
        worst = std::max(worst, std::abs(got[0][t][int64_t(i)][d].item<double>() - expected));
      }
    }
  }
  return worst;
}

TEST(LipVertices, OfTheBuiltInHeadAreWhereItsDefinitionPutsThemAtRestOfTheJaw) {
  EXPECT_LT(worst_distance(face::builtin_face(), 0), 1e-3);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST(ModelFace, IsTheBuiltInHeadOrAFileThatMustBeGiven) {
  using motion::Axes;
  EXPECT_EQ(&face_of(Axes::kBuiltin, ""), &face::builtin_face());
  EXPECT_THAT(refusal([] { face_of(Axes::kBuiltin, "flame.pkl"); }), HasSubstr("model.face"));
  EXPECT_THAT(refusal([] { face_of(Axes::kFlame, ""); }),
              HasSubstr("give the FLAME file with face"));
  EXPECT_THAT(refusal([] { face_of(Axes::kFlame, "builtin"); }),
              HasSubstr("expected a FLAME file"));
}

class OnFlame : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(face::golden() / "flame")) {
      GTEST_SKIP() << "skipped: no golden data at " << face::golden() / "flame";
    }
    face = face::load_golden_flame("flame_numpy.pkl");
  }

  template <class Run>
  static Run small(motion::Axes axes) {
    Run run;
    run.model.axes = axes;
    run.model.prior.latent = 8;
    run.model.prior.vae = {32, 1, 3};
    run.model.condition.width = 16;
    run.model.condition.fusion_layers = 1;
    run.model.generator.flow.steps = 2;
    run.model.generator.flow.hidden = run.model.generator.flow.condition = 8;
    run.train.max_epoch = 2;
    run.train.steps_per_epoch = 30;
    run.train.batch = 4;
    run.train.window_frames = 32;
    run.train.lr = 5e-3f;
    run.train.warmup_steps = 5;
    return run;
  }

  RunFolder folder(const std::string& name, const char* stage) const {
    return RunFolder({(root / name).string(), "cpu", 0, false, {}}, stage, {});
  }
  std::vector<double> column(const std::string& run, const std::string& name) const {
    std::ifstream in(root / run / "losses.csv");
    std::vector<double> values;
    std::string row, cell;
    size_t at = 0;
    for (int line = 0; std::getline(in, row); ++line) {
      std::istringstream cells(row);
      for (size_t i = 0; std::getline(cells, cell, ','); ++i) {
        if (line == 0 && cell == name) at = i;
        if (line > 0 && i == at) values.push_back(std::stod(cell));
      }
    }
    return values;
  }
  LoadedClips clips() const {
    TrainingClip clip;
    const torch::Tensor t = torch::arange(40).to(torch::kFloat32).unsqueeze(1);
    clip.motion = 0.3 * torch::sin(t * 0.4 + torch::arange(motion::kLive).to(torch::kFloat32));
    clip.speech = torch::sin(t * 0.4 + torch::arange(32).to(torch::kFloat32));
    clip.emotion = Conditions{}.only(kNeutral);
    return LoadedClips({clip});
  }

  face::Face face;
  tests::ScratchFolder root;
};

TEST_F(OnFlame, LipsAreWhereTheDefinitionPutsThem) { EXPECT_LT(worst_distance(face, 0.15), 1e-3); }

TEST_F(OnFlame, LipLossesAndFiguresAreThoseOfFlame) {
  const auto both = clips();
  for (const bool flame : {true, false}) {
    const auto axes = flame ? motion::Axes::kFlame : motion::Axes::kBuiltin;
    const face::Face& moved = flame ? face : face::builtin_face();
    const std::string name = flame ? "flame" : "builtin";
    train_prior(small<PriorRun>(axes), folder(name + "_prior", "prior"), both, both, moved);
    auto run = small<GeneratorRun>(axes);
    run.train.steps_per_epoch = 12;
    run.loss.nll_only_share = 0;
    EncoderChoice encoder;
    encoder.config.hidden_size = 16;
    encoder.external = {"0123456789abcdef", 1, "elsewhere"};
    train_generator(run, folder(name, "generator"),
                    {encoder, choose_prior(root / (name + "_prior")), {}}, both, both, moved);
  }
  for (const std::string stage : {"_prior", ""}) {
    const auto lips = column("flame" + stage, "lips"), others = column("builtin" + stage, "lips");
    ASSERT_EQ(lips.size(), 2u);
    EXPECT_LT(lips[1], lips[0]) << stage;
    EXPECT_GT(std::abs(lips[0] / others[0] - 1), 0.05) << stage;
  }
  EXPECT_NE(column("flame", "valid_lve_mm2_tau0"), column("builtin", "valid_lve_mm2_tau0"));
  EXPECT_NE(column("flame", "valid_selection"), column("builtin", "valid_selection"));
  EXPECT_EQ(params::load_checkpoint(root / "flame" / "best").config["model"]["face"], "flame");
  EncoderChoice encoder;
  encoder.external = {"0123456789abcdef", 1, "elsewhere"};
  EXPECT_THAT(refusal([&] {
                train_generator(
                    small<GeneratorRun>(motion::Axes::kFlame), folder("mixed", "generator"),
                    {encoder, choose_prior(root / "builtin_prior"), {}}, both, both, face);
              }),
              HasSubstr("has the axes of the built-in head"));
}

}  // namespace
}  // namespace flowtalk::train
