#include "flowtalk/data/face_take.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostFrames = 3600 * 240;
constexpr int64_t kMostColumns = 256;
constexpr double kRigHz = 30;
constexpr size_t kMostNames = 64 << 10;  // bytes of a list of names

// (T, K) of finite numbers.
tensor::Tensor table_of(const formats::Array& array, const std::string& where) {
  const tensor::Shape& shape = array.shape;
  if (shape.size() != 2 || shape[0] < 2 || shape[0] > kMostFrames || shape[1] < 1 ||
      shape[1] > kMostColumns) {
    fail("{}: expected (T, up to {}), 2 to {} frames, got {}", where, kMostColumns, kMostFrames,
         tensor::to_string(shape));
  }
  tensor::Tensor table({shape[0], shape[1]});
  for (int64_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<float>(array.real(i));
    if (!std::isfinite(table[i])) fail("{}: frame {} is not finite", where, i / shape[1]);
  }
  return table;
}

std::vector<std::string> lines_of(const fs::path& path) {
  const std::string text = load_file(path, kMostNames);
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

// One of ARKit's scores from a rig: the mean of columns, or that of others where it is more.
struct FromRig {
  std::string_view name;
  std::vector<std::string_view> columns, others;
};

std::vector<FromRig> from_rig() {
  std::vector<FromRig> table{
      {"jawOpen", {"mouth_stretch_c"}, {}},
      {"mouthFunnel",
       {"mouth_funnel_dl", "mouth_funnel_dr", "mouth_funnel_ul", "mouth_funnel_ur"},
       {}},
      {"mouthPucker", {"mouth_pucker_l", "mouth_pucker_r"}, {"mouth_oo_c"}},
      {"mouthRollLower", {"mouth_suck_dl", "mouth_suck_dr"}, {}},
      {"mouthRollUpper", {"mouth_suck_ul", "mouth_suck_ur"}, {}},
      {"mouthShrugLower", {"mouth_chinRaise_d"}, {}},
      {"mouthShrugUpper", {"mouth_chinRaise_u"}, {}},
      {"mouthPressLeft", {"mouth_press_l"}, {}},
      {"mouthPressRight", {"mouth_press_r"}, {}},
      {"mouthLowerDownLeft", {"mouth_lowerLipDepress_l"}, {}},
      {"mouthLowerDownRight", {"mouth_lowerLipDepress_r"}, {}},
      {"mouthUpperUpLeft", {"mouth_upperLipRaise_l"}, {}},
      {"mouthUpperUpRight", {"mouth_upperLipRaise_r"}, {}},
      {"mouthStretchLeft", {"mouth_lipStretch_l"}, {}},
      {"mouthStretchRight", {"mouth_lipStretch_r"}, {}},
      {"mouthSmileLeft", {"mouth_lipCornerPull_l"}, {}},
      {"mouthSmileRight", {"mouth_lipCornerPull_r"}, {}},
      {"mouthFrownLeft", {"mouth_lipCornerDepress_l"}, {}},
      {"mouthFrownRight", {"mouth_lipCornerDepress_r"}, {}},
      {"mouthDimpleLeft", {"mouth_dimple_l"}, {}},
      {"mouthDimpleRight", {"mouth_dimple_r"}, {}}};
  return table;
}

// (T) the mean of columns of a rig.
std::vector<float> mean_of(const tensor::Tensor& rig, const std::vector<std::string>& names,
                           const std::vector<std::string_view>& columns, const std::string& where) {
  std::vector<float> mean(static_cast<size_t>(rig.dim(0)), 0.0f);
  for (const std::string_view column : columns) {
    const auto found = std::ranges::find(names, column);
    if (found == names.end()) fail("{}: no column {}; expected FACEGOOD's rig", where, column);
    const int64_t k = found - names.begin();
    for (int64_t t = 0; t < rig.dim(0); ++t) {
      mean[static_cast<size_t>(t)] += rig[t * rig.dim(1) + k] / static_cast<float>(columns.size());
    }
  }
  return mean;
}

}  // namespace

std::optional<std::vector<double>> FaceTake::curve(std::string_view name) const {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  const int64_t k = found - names.begin(), width = curves.dim(1);
  std::vector<double> values;
  for (int64_t t = 0; t < frames(); ++t) values.push_back(double{curves[t * width + k]});
  return values;
}

FaceTake take_of(const LiveLink& rows, const std::string& where) {
  FaceTake take{live_link_rate(rows.seconds, where, rows.counts), rows.names, rows.values, {}};
  for (std::string& name : take.names) name = arkit::camel(name);
  return take;
}

bool holds_scores(const fs::path& path) {
  if (ending_of(path) != ".npz") return false;
  const formats::NpzFile file(path);
  return file.contains("scores") && file.contains("names");
}

FaceTake load_score_take(const fs::path& path) {
  const std::string where = path.string();
  const formats::NpzFile file(path);
  for (const char* name : {"scores", "names", "fps"}) {
    if (file.contains(name)) continue;
    fail("{}: has no array '{}'; expected scores (T, K), names (K) and fps", where, name);
  }
  FaceTake take;
  const formats::Array rate = file.array("fps");
  if (rate.size() != 1 || !(rate.real(0) >= 1 && rate.real(0) <= 1000)) {
    fail("{}: fps: expected one number from 1 to 1000", where);
  }
  take.rate_hz = rate.real(0);
  take.curves = table_of(file.array("scores"), where + ": scores");
  const auto names = formats::read_npy_texts(file.bytes("names").bytes, where + ": names");
  if (!names || static_cast<int64_t>(names->size()) != take.curves.dim(1)) {
    fail("{}: names: expected {} texts, one per score", where, take.curves.dim(1));
  }
  take.names = *names;
  return take;
}

bool is_rig(const fs::path& path) {
  std::error_code code;
  return ending_of(path) == ".npy" && fs::exists(path.parent_path() / "names.txt", code);
}

FaceTake load_rig_take(const fs::path& path) {
  const std::string where = path.string();
  const tensor::Tensor rig = table_of(formats::load_npy_array(path), where);
  const fs::path list = path.parent_path() / "names.txt";
  const auto names = lines_of(list);
  if (static_cast<int64_t>(names.size()) != rig.dim(1)) {
    fail("{}: {} columns, but {} names {}", where, rig.dim(1), list.string(), names.size());
  }
  const auto table = from_rig();
  const auto width = static_cast<int64_t>(table.size());
  FaceTake take{kRigHz, {}, tensor::Tensor({rig.dim(0), width}), {}};
  for (int64_t k = 0; k < width; ++k) {
    const FromRig& row = table[static_cast<size_t>(k)];
    take.names.emplace_back(row.name);
    std::vector<float> value = mean_of(rig, names, row.columns, where);
    if (!row.others.empty()) {
      const auto other = mean_of(rig, names, row.others, where);
      for (size_t t = 0; t < value.size(); ++t) value[t] = std::max(value[t], other[t]);
    }
    for (int64_t t = 0; t < rig.dim(0); ++t) {
      take.curves[t * width + k] = value[static_cast<size_t>(t)];
    }
  }
  return take;
}

FaceTake load_face_take(const fs::path& path) {
  FaceTake take = is_live_link(path) ? take_of(load_live_link(path), path.string())
                  : is_rig(path)     ? load_rig_take(path)
                                     : load_score_take(path);
  take.sound = sound_beside(path);
  return take;
}

fs::path sound_beside(const fs::path& recording) {
  fs::path stem = recording;
  if (ending_of(stem) == ".gz") stem.replace_extension();
  for (const char* ending : {".wav", ".flac"}) {
    std::error_code code;
    stem.replace_extension(ending);
    if (fs::exists(stem, code)) return stem;
  }
  std::error_code code;
  const fs::path shared = recording.parent_path() / "audio.wav";
  return fs::exists(shared, code) ? shared : fs::path();
}

arkit::Take arkit_of(const FaceTake& take, double rate_hz) {
  arkit::Take made;
  made.rate_hz = rate_hz;
  const auto length = std::vector<double>(static_cast<size_t>(take.frames()));
  const auto frames = static_cast<int64_t>(resampled(length, take.rate_hz, rate_hz).size());
  const auto put = [&](std::string_view name, tensor::Tensor& table, size_t column) {
    const auto curve = take.curve(name);
    if (!curve) return;
    const auto values = resampled(*curve, take.rate_hz, rate_hz);
    for (int64_t t = 0; t < frames; ++t) {
      table[t * table.dim(1) + static_cast<int64_t>(column)] =
          static_cast<float>(values[static_cast<size_t>(t)]);
    }
  };
  made.scores = tensor::Tensor::zeros({frames, int64_t{arkit::kShapes}});
  for (size_t i = 0; i < arkit::kShapes; ++i) put(arkit::kNames[i], made.scores, i);
  made.turns = tensor::Tensor::zeros({frames, int64_t{arkit::kTurnNames.size()}});
  for (size_t i = 0; i < arkit::kTurnNames.size(); ++i) {
    put(arkit::camel(arkit::kTurnNames[i]), made.turns, i);
  }
  return made;
}

motion::Motion motion_of(const FaceTake& take) {
  arkit::Take scores = arkit_of(take, flame::kFps);
  scores.turns = {};
  return arkit::motion_of(scores, arkit::Gain::kNone);
}

}  // namespace flowtalk::data
