// A damaged checkpoint is refused with one line that names what is wrong, and nothing is written.
#include <gmock/gmock.h>

#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

class DamagedCheckpoint : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    const auto good = params::load_checkpoint(FLOWTALK_DEFAULT_CHECKPOINT);
    config_ = good.config;
    for (const auto& name : good.weights.names()) {
      tensors_.emplace_back(name, good.weights.load(name));
    }
  }
  void save() const { params::save_checkpoint(file("damaged"), config_, tensors_); }
  Outcome predict() const {
    return run({"predict", "voice.wav", "--checkpoint", "damaged", "-o", "out.npy"});
  }
  void TearDown() override { EXPECT_FALSE(std::filesystem::exists(file("out.npy"))); }

  Json config_;
  formats::NamedTensors tensors_;
};

TEST_F(DamagedCheckpoint, MissingTensorIsNamed) {
  const std::string name = tensors_[tensors_.size() / 2].first;
  tensors_.erase(tensors_.begin() + static_cast<std::ptrdiff_t>(tensors_.size() / 2));
  save();
  EXPECT_TRUE(failed_with(predict(), 1, {"damaged", name}));
}

TEST_F(DamagedCheckpoint, ExtraTensorIsNamed) {
  tensors_.emplace_back("flow/extra", tensor::Tensor::zeros({3}));
  save();
  EXPECT_TRUE(failed_with(predict(), 1, {"damaged", "flow/extra"}));
}

TEST_F(DamagedCheckpoint, WrongShapeIsNamedWithBothShapes) {
  auto& [name, value] = tensors_.front();
  value = tensor::Tensor::zeros({7, 3, 5});
  save();
  EXPECT_TRUE(failed_with(predict(), 1, {"damaged", name, "(7, 3, 5)"}));
}

TEST_F(DamagedCheckpoint, TruncatedFileIsNamed) {
  save();
  const auto path = file("damaged/weights.safetensors");
  const std::string bytes = load_file(path);
  for (const size_t kept :
       {size_t{0}, size_t{5}, size_t{100}, bytes.size() / 2, bytes.size() - 1}) {
    save_file(path, bytes.substr(0, kept));
    EXPECT_TRUE(failed_with(predict(), 1, {"weights.safetensors"})) << kept << " bytes kept";
  }
}

TEST_F(DamagedCheckpoint, MissingFolderOrConfigIsNamed) {
  EXPECT_TRUE(failed_with(predict(), 1, {"damaged"}));
  save();
  std::filesystem::remove(file("damaged/config.json"));
  EXPECT_TRUE(failed_with(predict(), 1, {"config.json"}));
  save_file(file("damaged/config.json"), "{\"format\": 1, ");
  EXPECT_TRUE(failed_with(predict(), 1, {"config.json", "JSON"}));
}

}  // namespace
}  // namespace flowtalk::tests
