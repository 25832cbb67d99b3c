#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/migrations.h"
#include "flowtalk/params/native_params.h"
#include "tests/scratch_folder.h"

namespace flowtalk::params {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;

struct Layer {
  explicit Layer(const Scope<ops::NativeOps>& p, int64_t width = 4)
      : weight(p.tensor("weight", {3, width}, uniform(0.5f))),
        bias(p.tensor("bias", {3}, normal(2))),
        mean(p.buffer("mean", {3}, constant(7))) {}
  Tensor weight, bias, mean;
};

class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    FreshParams fresh(5);
    layer_ = std::make_unique<Layer>(Scope<ops::NativeOps>(fresh) / "block" / 3);
    tensors_ = fresh.tensors();
  }

  std::string load_problem(int64_t width = 4) const {
    try {
      NativeParams params(load_checkpoint(folder_).weights);
      Layer layer(Scope<ops::NativeOps>(params) / "block" / 3, width);
      params.finish();
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
      EXPECT_NE(std::string(e.what()).find(folder_.string()), std::string::npos) << e.what();
      return e.what();
    }
    return "";
  }

  tests::ScratchFolder scratch_;
  const fs::path folder_ = scratch_ / "checkpoint";
  std::unique_ptr<Layer> layer_;
  formats::NamedTensors tensors_;
};

MATCHER_P(Contains, part, "") { return arg.find(part) != std::string::npos; }

TEST_F(CheckpointTest, RoundTrip) {
  const Json config = {{"width", 4}, {"name", "x"}};
  save_checkpoint(folder_, config, tensors_);
  const Checkpoint loaded = load_checkpoint(folder_);
  EXPECT_EQ(loaded.config, config);
  NativeParams params(loaded.weights);
  const Layer layer(Scope<ops::NativeOps>(params) / "block" / 3);
  params.finish();
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(layer.weight[i], layer_->weight[i]);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(layer.bias[i], layer_->bias[i]);
    EXPECT_EQ(layer.mean[i], 7);
  }
}

TEST_F(CheckpointTest, HalfStorageIsConverted) {
  save_checkpoint(folder_, Json::object(), tensors_, formats::Dtype::kF16);
  const Checkpoint loaded = load_checkpoint(folder_);
  const Tensor weight = loaded.weights.load("block/3/weight");
  for (int64_t i = 0; i < 12; ++i) {
    EXPECT_NEAR(weight[i], layer_->weight[i], std::abs(layer_->weight[i]) * 0x1p-11f + 1e-7f);
  }
  EXPECT_EQ(load_problem(), "");
}

TEST_F(CheckpointTest, SavingReplacesTheOldOneAndKeepsWhatIsAdded) {
  save_checkpoint(folder_, Json::object(), tensors_);
  save_checkpoint(folder_, {{"second", true}}, tensors_, formats::Dtype::kF32,
                  [](const fs::path& inside) { save_file(inside / "training" / "step", "12"); });
  EXPECT_TRUE(load_checkpoint(folder_).config["second"]);
  EXPECT_EQ(load_file(folder_ / "training" / "step"), "12");
  EXPECT_FALSE(fs::exists(folder_.string() + ".partial"));
}

TEST_F(CheckpointTest, AFailedSaveKeepsTheOldOne) {
  save_checkpoint(folder_, {{"first", true}}, tensors_);
  EXPECT_THROW(save_checkpoint(folder_, Json::object(), tensors_, formats::Dtype::kF32,
                               [](const fs::path&) { fail("disk full"); }),
               Error);
  EXPECT_TRUE(load_checkpoint(folder_).config["first"]);
}

TEST_F(CheckpointTest, MissingMisshapenAndExtraAreListedTogether) {
  auto changed = tensors_;
  changed.erase(changed.begin() + 1);
  changed.emplace_back("block/4/stray", Tensor::zeros({2, 2}));
  save_checkpoint(folder_, Json::object(), changed);
  const std::string message = load_problem(/*width=*/5);
  EXPECT_THAT(message, Contains("'block/3/bias' (3) is missing"));
  EXPECT_THAT(message, Contains("'block/3/weight' has shape (3, 4), expected (3, 5)"));
  EXPECT_THAT(message, Contains("'block/4/stray' (2, 2) is not part of the model"));
}

TEST_F(CheckpointTest, DamageIsNamed) {
  EXPECT_THAT(load_problem(), Contains("no such checkpoint"));
  save_checkpoint(folder_, Json::object(), tensors_);
  const std::string weights = load_file(folder_ / "weights.safetensors");
  save_file(folder_ / "weights.safetensors", weights.substr(0, weights.size() - 5));
  EXPECT_THAT(load_problem(), Contains("cut off"));
  fs::remove(folder_ / "weights.safetensors");
  EXPECT_THAT(load_problem(), Contains("weights.safetensors"));
  save_file(folder_ / "weights.safetensors", weights);
  save_file(folder_ / "config.json", "{\"format\": 99}");
  EXPECT_THAT(load_problem(), Contains("format 99"));
  save_file(folder_ / "config.json", "{}");
  EXPECT_THAT(load_problem(), Contains("\"format\" is missing"));
  save_file(folder_ / "config.json", "{\"format\": ");
  EXPECT_THAT(load_problem(), Contains("not valid JSON"));
}

TEST_F(CheckpointTest, TheFormatBelongsToTheDoor) {
  save_checkpoint(folder_, {{"kind", "prior"}}, tensors_);
  const Json written = parse_json(load_file(folder_ / "config.json"), "config.json");
  EXPECT_EQ(written["format"], kCheckpointFormat);
  EXPECT_FALSE(load_checkpoint(folder_).config.contains("format"));
  save_file(folder_ / "config.json", "{\"format\": 0}");
  EXPECT_THAT(load_problem(), Contains("format 0"));
}

TEST(Migrations, AreOnePerFormatUpToTheNewest) {
  int format = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.from, format++);
  EXPECT_GE(format, kCheckpointFormat);
}

TEST(Migrations, FormatTwoNamesTheKindsOfGeneratorAndPrior) {
  Json model = Json::parse(R"({"kind": "model", "protocol": "clean",
    "model": {"face": "builtin", "prior": {"latent": 4, "hidden": 8}, "flow": {"steps": 2}}})");
  migrate_config(model, 1, 2);
  EXPECT_EQ(model, Json::parse(R"({"kind": "model", "protocol": "clean",
    "model": {"face": "builtin", "prior": {"kind": "vae", "latent": 4, "vae": {"hidden": 8}},
              "generator": {"kind": "flow", "flow": {"steps": 2}}}})"));
  Json prior = Json::parse(R"({"kind": "prior", "model": {"prior": {"latent": 4}}})");
  migrate_config(prior, 1, 2);
  EXPECT_EQ(prior["model"], Json::parse(R"({"prior": {"kind": "vae", "latent": 4, "vae": {}}})"));
  for (const char* other : {R"({"kind": "encoder", "encoder": {"hidden_size": 8}})",
                            R"({"kind": "classifier", "model": {"width": 8}})", R"({})"}) {
    Json config = Json::parse(other);
    migrate_config(config, 1, 2);
    EXPECT_EQ(config, Json::parse(other));
  }
  EXPECT_EQ(migrated_name("generator/flow/0/norm/bias", 1, 2), "generator/flow/0/norm/bias");
}

TEST(Migrations, RunsOfFormatOneHadOneFamilyAndTheConditionsOf3DMead) {
  const Json conditions = to_json(mead_conditions());
  Json run = Json::parse(R"({"model": {"prior": {"latent": 4}, "flow": {"steps": 2}},
    "train": {"lr": 0.5}, "loss": {"nll": 0.25, "lips": 1}})");
  migrate_run("generator", run, 1, 2);
  EXPECT_EQ(run["model"]["generator"], Json::parse(R"({"kind": "flow", "flow": {"steps": 2}})"));
  EXPECT_EQ(run["model"]["prior"], Json::parse(R"({"kind": "vae", "latent": 4, "vae": {}})"));
  EXPECT_EQ(run["model"]["conditions"], conditions);
  EXPECT_EQ(run["loss"], Json::parse(R"({"lips": 1, "flow": {"nll": 0.25}})"));
  EXPECT_EQ(run["train"], Json::parse(R"({"lr": 0.5})"));
  Json judge = Json::parse(R"({"model": {"hidden": 96}, "loss": {"noise": 0.1}})");
  migrate_run("classifier", judge, 1, 2);
  EXPECT_EQ(
      judge,
      Json({{"model", {{"hidden", 96}}}, {"loss", {{"noise", 0.1}}}, {"conditions", conditions}}));
  for (const char* other : {R"({"encoder": {"hidden_size": 8}})", R"({"model": 3})", "{}"}) {
    Json config = Json::parse(other);
    migrate_run("encoder", config, 1, 2);
    EXPECT_EQ(config, Json::parse(other));
  }
}

// What a recorded run becomes, settings of a file and of a command line become, too.
TEST(Migrations, SettingsFollowTheRunsThatTheyWereIn) {
  for (const Migration& step : migrations()) {
    for (const auto& [from, to] : step.settings) {
      Json run = {{"model", Json::object()}}, settings = run;
      const auto at = [](std::string_view path) {
        std::string pointer = fmt::format("/{}", path);
        std::replace(pointer.begin(), pointer.end(), '.', '/');
        return Json::json_pointer(pointer);
      };
      run[at(from)] = settings[at(from)] = 7;
      migrate_run("generator", run, step.from, step.from + 1);
      migrate_settings(settings, "old.json");
      ASSERT_TRUE(run.contains(at(to))) << to;
      EXPECT_EQ(run[at(to)], 7);
      EXPECT_EQ(settings[at(to)], 7);
      EXPECT_FALSE(settings.contains(at(from)));
      EXPECT_EQ(setting_today(from), to);
      EXPECT_EQ(setting_today(to), std::nullopt);
    }
  }
}

TEST(Migrations, SettingsOfTodayStayAsTheyAre) {
  Json settings = Json::parse(R"({"model": {"flow": {"steps": 2}, "generator": {"kind": "flow"},
    "prior": {"latent": 4}}, "train": {"lr": 0.5}})");
  migrate_settings(settings, "x.json");
  EXPECT_EQ(settings, Json::parse(R"({"model": {"generator": {"kind": "flow", "flow":
    {"steps": 2}}, "prior": {"latent": 4}}, "train": {"lr": 0.5}})"));
  Json both = Json::parse(R"({"loss": {"nll": 1, "flow": {"nll": 2}}})");
  try {
    migrate_settings(both, "x.json");
    FAIL() << "one setting under two names was taken";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "x.json: sets loss.flow.nll and, as it was called before, loss.nll; keep "
                 "loss.flow.nll");
  }
  for (const char* other :
       {R"({"model": 3})", R"([1])", R"({"model": {"flow": 1, "generator": 2}})"}) {
    Json odd = Json::parse(other);
    migrate_settings(odd, "x.json");
    EXPECT_EQ(odd, Json::parse(other));
  }
  EXPECT_EQ(setting_today("model.flow.steps"), "model.generator.flow.steps");
  EXPECT_EQ(setting_today("model.flowing"), std::nullopt);
}

TEST(InitValues, DependOnNameAndSeedOnly) {
  const auto a = init_values("a", {50, 40}, uniform(0.1f), 1);
  EXPECT_EQ(a, init_values("a", {50, 40}, uniform(0.1f), 1));
  EXPECT_NE(a, init_values("b", {50, 40}, uniform(0.1f), 1));
  EXPECT_NE(a, init_values("a", {50, 40}, uniform(0.1f), 2));
}

TEST(InitValues, HaveTheStatedSpread) {
  const auto moments = [](const std::vector<float>& values) {
    double sum = 0, square = 0;
    for (const float v : values) {
      sum += static_cast<double>(v);
      square += static_cast<double>(v) * static_cast<double>(v);
    }
    const auto n = static_cast<double>(values.size());
    return std::pair{sum / n, std::sqrt(square / n)};
  };
  const auto [mean_u, sd_u] = moments(init_values("u", {100, 100}, uniform(0.3f), 1));
  EXPECT_NEAR(mean_u, 0, 0.01);
  EXPECT_NEAR(sd_u, 0.3 / std::sqrt(3.0), 0.01);
  const auto [mean_n, sd_n] = moments(init_values("n", {100, 100}, normal(2), 1));
  EXPECT_NEAR(mean_n, 0, 0.1);
  EXPECT_NEAR(sd_n, 2, 0.1);
  EXPECT_EQ(init_values("i", {2, 2}, identity(), 1), (std::vector<float>{1, 0, 0, 1}));
}

TEST(InitValues, ARotationIsOrthogonal) {
  const int64_t n = 32;
  const auto q = init_values("q", {n, n}, rotation(), 1);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double dot = 0;
      for (int64_t k = 0; k < n; ++k) {
        dot += static_cast<double>(q[static_cast<size_t>(i * n + k)]) *
               static_cast<double>(q[static_cast<size_t>(j * n + k)]);
      }
      ASSERT_NEAR(dot, i == j ? 1 : 0, 1e-6);
    }
  }
}

}  // namespace
}  // namespace flowtalk::params
