// flowtalk inspect: its JSON of every golden file, what it recognises, and its errors.
#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Inspect : public CommandLine {
 protected:
  Json report(const std::string& path) const {
    const Outcome outcome = run({"inspect", "--json", path});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1) << outcome.out;
    return Json::parse(outcome.out);
  }
  void write_npy(const std::string& name, const tensor::Shape& shape, float value = 0.25f) const {
    formats::save_npy(file(name), tensor::Tensor::full(shape, value));
  }
};

Json arrays_by_name(const Json& report) {
  Json arrays = Json::object();
  for (const Json& array : report["arrays"]) arrays[array["name"].get<std::string>()] = array;
  return arrays;
}

// The entry of expected.json has type, shape and values of an array.
void expect_array(const Json& got, const Json& expected) {
  EXPECT_EQ(got["dtype"], expected["dtype"]);
  EXPECT_EQ(got["shape"], expected["shape"]);
  if (got.contains("values")) {
    EXPECT_EQ(got["values"].dump(), expected["values"].dump());
  } else {
    EXPECT_GT(expected["values"].size(), 64u);
  }
}

void expect_contents(const Json& report, const Json& entry) {
  const Json arrays = arrays_by_name(report);
  if (entry.contains("values")) expect_array(arrays["array"], entry);
  if (entry.contains("arrays")) {
    EXPECT_EQ(arrays.size(), entry["arrays"].size());
    for (const auto& [name, array] : entry["arrays"].items()) {
      SCOPED_TRACE(name);
      ASSERT_TRUE(arrays.contains(name));
      expect_array(arrays[name], array);
    }
  }
  if (entry.contains("sample_rate")) {
    for (const char* key : {"sample_rate", "channels", "frames"}) {
      if (entry.contains(key) && entry["expect"] == "ok") {
        EXPECT_EQ(report["details"][key], entry[key]) << key;
      }
    }
  }
  if (!entry.contains("content") || entry["content"].contains("dtype")) return;
  for (const auto& [key, value] : entry["content"].items()) {  // of pickles
    SCOPED_TRACE(key);
    if (value.contains("values")) expect_array(arrays[key], value);
  }
}

TEST_F(Inspect, ReadsOrRefusesEveryGoldenFile) {
  const fs::path folder = formats::golden_folder() / "formats", list = folder / "expected.json";
  if (!fs::exists(list)) GTEST_SKIP() << "skipped: no golden data at " << list;
  const Json all = parse_json(load_file(list), list.string());
  for (const auto& [name, entry] : all.items()) {
    SCOPED_TRACE(name);
    const Outcome outcome = run({"inspect", "--json", (folder / name).string()});
    const auto expect = entry["expect"].get<std::string>();
    if (outcome.code == 0) {
      EXPECT_NE(expect, "refuse") << outcome.out;
      expect_contents(Json::parse(outcome.out), entry);
    } else {
      EXPECT_NE(expect, "ok");
      EXPECT_TRUE(failed_with(outcome, 1, {fs::path(name).filename()}));
      EXPECT_EQ(outcome.err.find("memory"), std::string::npos) << outcome.err;
      EXPECT_EQ(outcome.out, "");
    }
  }
}

TEST_F(Inspect, RecognisesTheRestOfTheGoldenData) {
  const std::pair<const char*, const char*> kinds[] = {
      {"hubert_tiny", "speech_encoder"},
      {"hubert_tiny/pytorch_model.bin", "hubert_weights"},
      {"hubert_tiny_stable/model.safetensors", "hubert_weights"},
      {"hubert_tiny/config.json", "json"},
      {"metrics/eve.txt", "vertex_region"},
      {"metrics/sequences.safetensors", "tensors"},
      {"probtalk3d/scaler_exp.pkl", "scaler"},
      {"probtalk3d/vqvae_prior.ckpt", "probtalk3d_vqvae_prior"},
      {"probtalk3d/vae_pred.ckpt", "probtalk3d_vae_predictor"},
      {"face_diffuser/face_diffuser_mead_50.pth", "face_diffuser"},
      {"templates/templates_mead_vert.pkl", "vertex_templates"},
      {"templates/templates_mead_param.pkl", "shape_templates"},
      {"templates/flame_zero_pose.npy", "vertices"},
      {"templates/flame_sample.ply", "mesh"},
  };
  const fs::path golden = formats::golden_folder();
  if (!fs::exists(golden / "hubert_tiny"))
    GTEST_SKIP() << "skipped: no golden data at " << golden / "hubert_tiny";
  for (const auto& [name, kind] : kinds) {
    EXPECT_EQ(report((golden / name).string())["kind"], kind) << name;
    const Outcome plain = run({"inspect", (golden / name).string()});
    EXPECT_EQ(plain.code, 0) << plain.err;
    EXPECT_THAT(plain.out, HasSubstr(kind));
  }
}

TEST_F(Inspect, MotionHasItsParts) {
  for (const int64_t width : {53, 353, 403}) {
    write_npy("motion.npy", {1, 50, width});
    const Json r = report("motion.npy");
    EXPECT_EQ(r["schema"], 1);
    EXPECT_EQ(r["path"], "motion.npy");
    EXPECT_EQ(r["bytes"], fs::file_size(file("motion.npy")));
    EXPECT_EQ(r["format"], "npy");
    EXPECT_EQ(r["kind"], "flame_motion");
    EXPECT_EQ(r["usable"], true);
    const Json& motion = r["details"]["motion"];
    EXPECT_EQ(motion["frames"], 50);
    EXPECT_EQ(motion["width"], width);
    EXPECT_EQ(motion["duration_s"], 2.0);
    EXPECT_EQ(motion["columns"].size(), width == 53 ? 2u : 3u);
    EXPECT_EQ(motion["columns"].back()["name"], "jaw");
    EXPECT_EQ(motion["columns"].back()["begin"], width - 3);
    EXPECT_EQ(motion["columns"].back()["mean"], 0.25);
    EXPECT_EQ(r["arrays"][0]["sum"], 0.25 * 50 * static_cast<double>(width));
  }
  write_npy("odd.npy", {50, 53}, NAN);
  const Json odd = report("odd.npy");
  EXPECT_EQ(odd["usable"], false);
  EXPECT_EQ(odd["arrays"][0]["nan"], 50 * 53);
  EXPECT_TRUE(odd["arrays"][0]["min"].is_null());
  write_npy("other.npy", {50, 54});
  EXPECT_EQ(report("other.npy")["kind"], "array");
}

TEST_F(Inspect, SoundListsAndFoldersAreRecognised) {
  const Json voice = report("voice.wav");
  EXPECT_EQ(voice["kind"], "voice");
  EXPECT_EQ(voice["usable"], true);
  EXPECT_EQ(voice["details"]["sample_rate"], 16000);
  EXPECT_EQ(voice["details"]["channels"], 1);
  EXPECT_NEAR(voice["details"]["duration_s"].get<double>(), 2, 0.01);
  EXPECT_EQ(voice["arrays"][0]["shape"][0], voice["details"]["frames"]);

  write("lve.txt", "7,5,7\n");
  const Json region = report("lve.txt");
  EXPECT_EQ(region["kind"], "vertex_region");
  EXPECT_EQ(region["details"]["different"], 2);
  EXPECT_EQ(region["arrays"][0]["values"], Json::array({7, 5, 7}));

  formats::save_safetensors(file("x.safetensors"), {{"a.b", tensor::Tensor::full({2}, 1.5f)}},
                            formats::Dtype::kF16, {{"made_by", "a test"}});
  const Json tensors = report("x.safetensors");
  EXPECT_EQ(tensors["kind"], "tensors");
  EXPECT_EQ(tensors["details"]["metadata"]["made_by"], "a test");
  EXPECT_EQ(tensors["arrays"][0]["dtype"], "float16");

  fs::create_directories(file("corpus/param"));
  fs::create_directories(file("corpus/wav"));
  write_npy("corpus/param/M003_001_0_0.npy", {1, 50, 403});
  fs::copy_file(file("voice.wav"), file("corpus/wav/M003_001_0_0.wav"));
  write_npy("corpus/param/M003_002_0_0.npy", {1, 50, 403});
  const Json corpus = report("corpus");
  EXPECT_EQ(corpus["kind"], "dataset");
  EXPECT_EQ(corpus["details"]["clips"], 1);
  EXPECT_EQ(corpus["details"]["problems"], 1);

  const Json checkpoint = report(FLOWTALK_DEFAULT_CHECKPOINT);
  EXPECT_EQ(checkpoint["kind"], "checkpoint");
  EXPECT_TRUE(checkpoint["bytes"].is_null());
  EXPECT_TRUE(checkpoint["details"]["config"].contains("model"));
  EXPECT_EQ(checkpoint["details"]["family"]["name"], "flow");
  EXPECT_EQ(checkpoint["details"]["family"]["density"], true);
  EXPECT_EQ(checkpoint["details"]["hears"],
            Json::parse(R"({"live": true, "lookahead_ms": 245.0})"));
  EXPECT_GT(checkpoint["arrays"].size(), 100u);
}

TEST_F(Inspect, PicklesShowTheirTree) {
  // {"a": [1, [..the same list..]], "b": None}, protocol 2
  write("x.pkl", std::string("\x80\x02}(U\x01"
                             "a]q\x00(K\x01h\x00"
                             "eU\x01"
                             "bNu.",
                             22));
  const Json r = report("x.pkl");
  EXPECT_EQ(r["kind"], "data");
  const Json& items = r["tree"]["items"];
  EXPECT_EQ(items[0][0], Json::parse(R"({"type": "text", "value": "a"})"));
  EXPECT_EQ(items[0][1]["items"][0], Json::parse(R"({"type": "int", "value": 1})"));
  EXPECT_EQ(items[0][1]["items"][1], Json::parse(R"({"type": "shared", "with": "a"})"));
  EXPECT_EQ(items[1][1], Json::parse(R"({"type": "none"})"));
  EXPECT_THAT(run({"inspect", "x.pkl"}).out, HasSubstr("dict of 2"));
}

TEST_F(Inspect, MistakesAreOneLine) {
  write("empty.npy", "");
  write("notes.md", "# not numbers\n");
  write("broken.json", "{\"a\": 1e999}");
  write("bad.txt", "1,2,three");
  fs::create_directories(file("folder"));
  const std::pair<const char*, const char*> cases[] = {
      {"missing.npy", "no such file"}, {"empty.npy", "empty"}, {"notes.md", "is a text file"},
      {"broken.json", "broken.json"},  {"bad.txt", "'three'"}, {"folder", "no known kind"},
  };
  for (const auto& [name, words] : cases) {
    EXPECT_TRUE(failed_with(run({"inspect", "--json", name}), 1, {name, words}));
    EXPECT_TRUE(failed_with(run({"inspect", name}), 1, {name, words}));
  }
  EXPECT_TRUE(failed_with(run({"inspect"}), 2, {"which file"}));
}

}  // namespace
}  // namespace flowtalk::tests
