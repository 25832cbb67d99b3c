// Pickles and torch files as data sets and models come in: against what is known of their content.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"
#include "tests/scratch_folder.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using Kind = Value::Kind;

class GoldenModels : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = golden_folder();
    if (!fs::exists(root_ / "flame"))
      GTEST_SKIP() << "skipped: no golden data at " << root_ / "flame";
  }
  Json json(const std::string& name) const { return parse_json(load_file(root_ / name), name); }
  fs::path root_;
};

double element(const Array& array, const std::vector<int64_t>& index) {
  int64_t at = 0;
  for (size_t i = 0; i < index.size(); ++i) at = at * array.shape[i] + index[i];
  return array.real(at);
}

double sum(const Array& array, bool absolute = false) {
  double total = 0;
  for (const double x : to_double(array)) total += absolute ? std::abs(x) : x;
  return total;
}

void expect_near(double got, double want) {
  EXPECT_NEAR(got, want, 1e-9 * std::max(1.0, std::abs(want)));
}

// The content of a .gz file under another name, in `folder`.
fs::path gunzip(const fs::path& from, const fs::path& folder) {
  gzFile file = gzopen(from.c_str(), "rb");
  std::string content, block(size_t{1} << 20, '\0');
  while (true) {
    const int got = gzread(file, block.data(), static_cast<unsigned>(block.size()));
    if (got <= 0) break;
    content.append(block, 0, static_cast<size_t>(got));
  }
  gzclose(file);
  const fs::path to = folder / from.stem();
  save_file(to, content);
  return to;
}

TEST_F(GoldenModels, Flame) {
  const Json summary = json("flame/model_summary.json");
  const Json& checks = summary["checks"];
  const tests::ScratchFolder folder;
  for (const char* name : {"generic_model", "flame_numpy"}) {
    SCOPED_TRACE(name);
    const fs::path path = gunzip(root_ / "flame" / fmt::format("{}.pkl.gz", name), folder);
    ASSERT_EQ(fs::file_size(path), summary["pickle_bytes"][name].get<size_t>());
    const Value model = load_pickle(path);
    const auto array = [&](const char* key) { return dense_array(model.at(key), key); };
    expect_near(sum(array("v_template")), checks["v_template_sum"]);
    const Array shapes = array("shapedirs"), poses = array("posedirs");
    expect_near(sum(shapes), checks["shapedirs_sum"]);
    expect_near(sum(shapes, true), checks["shapedirs_abs_sum"]);
    expect_near(sum(poses, true), checks["posedirs_abs_sum"]);
    for (const auto& [index, value] : checks["shapedirs_probe"].items()) {
      EXPECT_EQ(element(shapes, Json::parse(index)), value.get<double>());
    }
    for (const auto& [index, value] : checks["posedirs_probe"].items()) {
      EXPECT_EQ(element(poses, Json::parse(index)), value.get<double>());
    }
    EXPECT_EQ(sum(array("f")), checks["f_sum"].get<double>());
    const Array regressor = array("J_regressor"), tree = array("kintree_table");
    EXPECT_EQ(regressor.shape, (tensor::Shape{5, summary["num_vertices"]}));
    const auto entries = to_double(regressor);
    EXPECT_EQ(entries.size() - static_cast<size_t>(std::count(entries.begin(), entries.end(), 0.0)),
              checks["J_regressor_nnz"].get<size_t>());
    for (int64_t row = 0; row < 2; ++row) {
      for (int64_t joint = 0; joint < 5; ++joint) {
        EXPECT_EQ(element(tree, {row, joint}),
                  summary["kintree_table"][static_cast<size_t>(row)][static_cast<size_t>(joint)]);
      }
    }
    EXPECT_EQ(model.at("bs_style").text(), "lbs");
  }
}

TEST_F(GoldenModels, Templates) {
  const Json summary = json("templates/summary.json");
  for (const char* name : {"templates_mead_vert.pkl", "templates_mead_param.pkl"}) {
    SCOPED_TRACE(name);
    const Value templates = load_pickle(root_ / "templates" / name);
    const Json& expected = summary[name];
    ASSERT_EQ(templates.size(), expected["keys"].size());
    for (size_t i = 0; i < templates.size(); ++i) {
      const auto [key, value] = templates.key_and_value(i);
      EXPECT_EQ(key.text(), expected["keys"][i].get<std::string>());
      const Json& entry = expected["entries"][key.text()];
      const Array array = dense_array(value, key.text());
      EXPECT_EQ(numpy_name_of(array.dtype), entry["dtype"].get<std::string>());
      ASSERT_EQ(array.shape, entry["shape"].get<tensor::Shape>());
      expect_near(sum(array), entry["sum"]);
      expect_near(sum(array, true), entry["abs_sum"]);
      for (size_t k = 0; k < entry["first_values"].size(); ++k) {
        EXPECT_EQ(array.real(static_cast<int64_t>(k)), entry["first_values"][k].get<double>());
      }
      for (const Json& probe : entry["probes"]) {
        EXPECT_EQ(element(array, probe["index"].get<std::vector<int64_t>>()),
                  probe["value"].get<double>());
      }
    }
  }
}

void expect_same_array(const Array& got, const Array& want) {
  EXPECT_EQ(got.dtype, want.dtype);
  EXPECT_EQ(got.shape, want.shape);
  EXPECT_TRUE(got.bytes == want.bytes);
}

TEST_F(GoldenModels, HubertAsTorchAndAsSafetensors) {
  const auto tensors = state_dict(load_torch(root_ / "hubert_tiny/pytorch_model.bin"));
  const SafetensorsFile same(root_ / "hubert_tiny/model.safetensors");
  EXPECT_EQ(tensors.size(), same.names().size());
  // The same model, in the names of older and newer versions of torch's weight norm.
  const std::map<std::string, std::string> renamed = {
      {"parametrizations.weight.original0", "weight_g"},
      {"parametrizations.weight.original1", "weight_v"}};
  for (const std::string& name : same.names()) {
    SCOPED_TRACE(name);
    std::string old = name;
    for (const auto& [ending, older] : renamed) {
      if (name.ends_with(ending)) old.replace(name.size() - ending.size(), ending.size(), older);
    }
    ASSERT_TRUE(tensors.contains(old));
    expect_same_array(tensors.at(old), same.array(name));
  }
}

TEST_F(GoldenModels, Scalers) {
  const SafetensorsFile expected(root_ / "probtalk3d/scalers.safetensors");
  EXPECT_FALSE(expected.names().empty());
  for (const std::string& name : expected.names()) {
    SCOPED_TRACE(name);
    const size_t dot = name.find('.');
    const Value scaler =
        load_pickle(root_ / fmt::format("probtalk3d/scaler_{}.pkl", name.substr(0, dot)));
    EXPECT_TRUE(scaler.is_record("sklearn.preprocessing._data", "MinMaxScaler"));
    expect_same_array(scaler.at(name.substr(dot + 1)).array(), expected.array(name));
  }
}

TEST_F(GoldenModels, LightningCheckpoints) {
  const auto load = [&](const char* name) { return load_torch(root_ / "probtalk3d" / name); };
  for (const char* model : {"vae", "vqvae"}) {
    SCOPED_TRACE(model);
    const Value prior = load(fmt::format("{}_prior.ckpt", model).c_str());
    const auto prior_tensors = state_dict(prior);
    const auto tensors = state_dict(load(fmt::format("{}_pred.ckpt", model).c_str()));
    EXPECT_GT(prior_tensors.size(), 50u);
    for (const auto& [name, tensor] : prior_tensors) {  // the predictor holds the same prior
      SCOPED_TRACE(name);
      const auto found = tensors.find("motion_prior." + name);
      ASSERT_NE(found, tensors.end());
      if (!name.starts_with("_losses.")) expect_same_array(found->second, tensor);
    }
    EXPECT_GE(prior.at("epoch").integer(), 0);
    EXPECT_TRUE(prior.at("hyper_parameters").is(Kind::kDict));
  }
}

}  // namespace
}  // namespace flowtalk::formats
