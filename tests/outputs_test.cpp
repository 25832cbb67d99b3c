// What flowtalk makes of a fixed list of inputs, against what it made when tests/data/outputs.json
// was recorded: one entry per output, within 1e-5 on any processor. FLOWTALK_RECORD=1 records anew;
// the commit that does so says why.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using Figures = std::vector<double>;

// Shape, mean, deviation, and 64 values spread over the array.
Figures of_array(const fs::path& path) {
  const tensor::Tensor array = formats::load_npy(path);
  Figures figures;
  for (const int64_t n : array.shape()) figures.push_back(static_cast<double>(n));
  double sum = 0, squares = 0;
  for (const float v : array.values()) {
    sum += v;
    squares += double{v} * double{v};
  }
  const auto count = static_cast<double>(array.size());
  figures.push_back(sum / count);
  figures.push_back(std::sqrt(squares / count));
  for (int64_t i = 0; i < 64; ++i) figures.push_back(array[i * (array.size() - 1) / 63]);
  return figures;
}

// Size, and the mean of each of 4 x 4 tiles, 0 .. 1: many pixels, so that one whose colour is
// rounded the other way does not count.
Figures of_picture(const fs::path& path) {
  const std::string png = load_file(path);
  const auto word = [&](size_t at) {
    size_t value = 0;
    for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(png.at(at + i));
    return value;
  };
  // As flowtalk writes them: one IDAT of RGB rows, each its difference from the row
  // above.
  constexpr size_t kSizes = 16;
  const size_t data = png.find("IDAT");
  const size_t width = word(kSizes), height = word(kSizes + 4), stride = 3 * width + 1;
  std::vector<uint8_t> rows(height * stride);
  uLongf size = rows.size();
  if (uncompress(rows.data(), &size, reinterpret_cast<const Bytef*>(png.data()) + data + 4,
                 word(data - 4)) != Z_OK ||
      size != rows.size()) {
    return {};
  }
  Figures figures(16);
  for (size_t y = 0; y < height; ++y) {
    if (rows[y * stride] != 2) return {};
    for (size_t x = 1; x < stride; ++x) {
      uint8_t& here = rows[y * stride + x];
      if (y > 0) here = static_cast<uint8_t>(here + rows[(y - 1) * stride + x]);
      figures[y * 4 / height * 4 + (x - 1) / 3 * 4 / width] +=
          here / 255.0 / (static_cast<double>(3 * width * height) / 16);
    }
  }
  figures.push_back(static_cast<double>(width));
  figures.push_back(static_cast<double>(height));
  return figures;
}

void add_numbers(const Json& json, Figures& figures) {
  if (json.is_number()) figures.push_back(json.get<double>());
  if (!json.is_structured()) return;
  for (const Json& item : json) add_numbers(item, figures);
}

// Every number of a report.
Figures of_report(const fs::path& path) {
  Figures figures;
  add_numbers(parse_json(load_file(path), path.string()), figures);
  return figures;
}

struct Output {
  std::string file;
  std::vector<std::string> args;
  Figures (*figures)(const fs::path& path);
};

const std::vector<Output> kOutputs = {
    {"typical.npy", {"predict", "voice.wav", "--deterministic", "-o", "typical.npy"}, of_array},
    {"happy.npy",
     {"predict", "voice.wav", "--emotion", "happy", "--intensity", "high", "--seed", "7", "--take",
      "2", "--liveliness", "0", "-o", "happy.npy"},
     of_array},
    {"mixed.npy",
     {"predict", "voice.wav", "--emotion", "angry:0.7,sad:0.3", "--strength", "0.8", "--guidance",
      "1.5", "--temperature", "lips:0.1,0.4", "--id", "average", "--width", "53", "--liveliness",
      "0", "-o", "mixed.npy"},
     of_array},
    {"curve.npy",
     {"predict", "voice.wav", "--curve", "curve.json", "--blinks", "30", "--liveliness", "0", "-o",
      "curve.npy"},
     of_array},
    {"features.npy", {"encode", "voice.wav", "-o", "features.npy"}, of_array},
    {"vertices.npy",
     {"export", "vertices", "--params", "happy.npy", "--out", "vertices.npy"},
     of_array},
    {"natural/00020.png",
     {"render", "happy.npy", "--size", "128", "--frames", "natural"},
     of_picture},
    {"grey/00020.png",
     {"render", "happy.npy", "curve.npy", "--look", "grey", "--size", "96", "--columns", "2",
      "--frames", "grey"},
     of_picture},
    {"score.json",
     {"score", "voice.wav", "--motion", "happy.npy", "typical.npy", "--json", "score.json"},
     of_report},
    {"judged.json",
     {"score", "voice.wav", "--motion", "happy.npy", "--emotion", "happy", "--intensity", "high",
      "--json", "judged.json"},
     of_report},
    {"restyled.npy",
     {"restyle", "voice.wav", "--motion", "happy.npy", "--emotion", "angry", "--intensity", "low",
      "-o", "restyled.npy"},
     of_array},
    {"kept.npy",
     {"restyle", "voice.wav", "--motion", "happy.npy", "--from-emotion", "happy",
      "--from-intensity", "high", "--curve", "curve.json", "--keep", "0.5", "-o", "kept.npy"},
     of_array},
    {"metrics.json",
     {"evaluate", "--ground-truth", "recorded", "--predictions", "predicted", "--json",
      "metrics.json"},
     of_report},
};

// 1e-5, of large figures relative to them; small ones of reports (a mouth in square metres, say)
// are compared by their first three digits.
double tolerance(const Output& output, double expected) {
  const double size = std::abs(expected), usual = 1e-5 * std::max(1.0, size);
  return output.figures == of_report ? std::min(usual, std::max(1e-3 * size, 1e-9)) : usual;
}

constexpr std::string_view kCurve = R"({
  "keyframes": [{"time": 0, "emotion": "happy", "strength": 0.2},
                {"time": 1.5, "emotion": "sad", "strength": 1}],
  "events": [{"start": 0.4, "end": 1.2, "emotion": "surprised", "strength": 0.9,
              "attack": 0.3, "release": 0.3}]})";

class Outputs : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    write("curve.json", std::string(kCurve));
  }
  Figures figures_of(const Output& output) const {
    if (output.file == "metrics.json") {
      fs::create_directories(file("recorded"));
      fs::create_directories(file("predicted"));
      fs::copy_file(file("happy.npy"), file("recorded/a.npy"));
      fs::copy_file(file("restyled.npy"), file("predicted/a.npy"));
    }
    const Outcome outcome = run(output.args);
    EXPECT_EQ(outcome.code, 0) << output.file << ": " << outcome.err;
    return outcome.code == 0 ? output.figures(file(output.file)) : Figures{};
  }
};

TEST_F(Outputs, AreThoseThatWereRecorded) {
  const fs::path recorded = FLOWTALK_OUTPUTS;
  const bool record = std::getenv("FLOWTALK_RECORD") != nullptr;
  const Json before = record ? Json::object() : parse_json(load_file(recorded), recorded.string());
  Json now = Json::object();
  for (const Output& output : kOutputs) {
    const Figures got = figures_of(output);
    ASSERT_FALSE(got.empty()) << output.file;
    now[output.file] = got;
    if (record) continue;
    ASSERT_TRUE(before.contains(output.file)) << output.file;
    const auto expected = before[output.file].get<Figures>();
    ASSERT_EQ(got.size(), expected.size()) << output.file;
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], expected[i], tolerance(output, expected[i]))
          << output.file << ", figure " << i;
    }
  }
  if (record) save_file(recorded, now.dump(1) + "\n");
}

}  // namespace
}  // namespace flowtalk::tests
