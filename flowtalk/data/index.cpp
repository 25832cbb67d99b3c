#include "flowtalk/data/index.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/formats/npy.h"

namespace flowtalk::data {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('_', start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool read_number(const std::string& text, int lo, int hi, int& value) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() && value >= lo && value <= hi;
}

// Stem -> file of every file with the extension; names of another form become problems.
std::map<std::string, fs::path> list(const fs::path& folder, const std::string& extension,
                                     std::vector<std::string>& problems) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    fail("{}: no such folder; expected the layout of 3DMEAD (param/ and wav/ with the same stems)",
         folder.string());
  }
  std::map<std::string, fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != extension) continue;
    const std::string stem = entry.path().stem().string();
    try {
      parse_stem(stem);
      files[stem] = entry.path();
    } catch (const Error& e) {
      problems.emplace_back(e.what());
    }
  }
  return files;
}

}  // namespace

std::string format_stem(const Stem& stem) {
  return fmt::format("{}_{:03}_{}_{}", kStyles.at(static_cast<size_t>(stem.style)), stem.sentence,
                     stem.emotion, stem.level);
}

Stem parse_stem(const std::string& text) {
  const auto parts = words(text);
  Stem stem;
  const auto style =
      parts.size() == 4 ? std::find(kStyles.begin(), kStyles.end(), parts[0]) : kStyles.end();
  if (style == kStyles.end() || !read_number(parts[1], 1, 99999, stem.sentence) ||
      !read_number(parts[2], 0, 7, stem.emotion) || !read_number(parts[3], 0, 2, stem.level)) {
    fail("{}: is no clip name; expected ID_SENTENCE_EMOTION_INTENSITY, for example M003_001_5_0",
         text);
  }
  stem.style = static_cast<int>(style - kStyles.begin());
  return stem;
}

Index scan_dataset(const fs::path& root) {
  const fs::path base = fs::is_directory(root / "mead") ? root / "mead" : root;
  Index index;
  const auto motions = list(base / "param", ".npy", index.problems);
  const auto wavs = list(base / "wav", ".wav", index.problems);
  for (const auto& [stem, path] : motions) {
    const auto wav = wavs.find(stem);
    if (wav == wavs.end()) {
      index.problems.push_back(stem + ": has motion but no wav");
    } else {
      index.clips.push_back({parse_stem(stem), path, wav->second});
    }
  }
  for (const auto& [stem, path] : wavs) {
    if (!motions.contains(stem)) index.problems.push_back(stem + ": has a wav but no motion");
  }
  if (index.clips.empty()) {
    fail("{}: holds no clip with both param/STEM.npy and wav/STEM.wav", base.string());
  }
  return index;
}

Split split_of(const Stem& stem) {
  const bool neutral = stem.emotion == kNeutral;
  const int train = neutral ? 32 : 24, validation = neutral ? 36 : 27, test = neutral ? 40 : 30;
  if (stem.sentence <= train || stem.sentence > test) return Split::kTrain;
  return stem.sentence <= validation ? Split::kValidation : Split::kTest;
}

Protocol parse_protocol(const std::string& text) {
  if (text == "clean") return Protocol::kClean;
  if (text == "paper") return Protocol::kPaper;
  fail_usage("protocol '{}' is unknown; expected clean or paper", text);
}

bool belongs(const Stem& stem, Split split, StageData stage, Protocol protocol) {
  if (stage == StageData::kPrior && protocol == Protocol::kPaper && split == Split::kTrain) {
    return true;
  }
  return split_of(stem) == split;
}

tensor::Tensor motion_of(const tensor::Tensor& parameters, const std::string& where) {
  tensor::Tensor x = parameters;
  if (x.rank() == 3 && x.dim(0) == 1) x = x.reshape({x.dim(1), x.dim(2)});
  const int64_t width = x.rank() == 2 ? x.dim(1) : 0;
  if (width != flame::kWide && width != flame::kNarrow && width != flame::kMotion) {
    fail("{}: expected motion of shape (1, T, 403), (1, T, 353) or (T, 53), got {}", where,
         tensor::to_string(parameters.shape()));
  }
  const int64_t expression = width == flame::kMotion ? 0 : flame::kShape;
  const int64_t jaw = width - flame::kJaw;
  tensor::Tensor motion({x.dim(0), flame::kMotion});
  for (int64_t t = 0; t < x.dim(0); ++t) {
    const float* row = x.data() + t * width;
    float* out = motion.data() + t * flame::kMotion;
    std::copy_n(row + expression, flame::kLiveExpression, out);
    std::copy_n(row + jaw, flame::kJaw, out + flame::kJawAt);
  }
  for (int64_t i = 0; i < motion.size(); ++i) {
    if (!std::isfinite(motion[i])) {
      fail("{}: frame {} holds a value that is not finite", where, i / flame::kMotion);
    }
  }
  return motion;
}

tensor::Tensor load_motion(const fs::path& path) {
  return motion_of(formats::load_npy(path), path.string());
}

}  // namespace flowtalk::data
