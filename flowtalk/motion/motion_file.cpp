#include "flowtalk/motion/motion_file.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// The tracks, how wide they are, and what files call them.
struct TrackNames {
  Track Motion::*track;
  int64_t width;
  bool narrower;  // fewer columns are taken as well
  std::array<const char*, 4> names;
};
constexpr std::array<TrackNames, 7> kTracks = {{
    {&Motion::shape, flame::kShape, true, {"shape", "betas", "shape_params", "shapecode"}},
    {&Motion::expression, flame::kExpression, true, {"expression", "exp", "expr", "expcode"}},
    {&Motion::root, 3, false, {"global_pose", "global_orient", "root_pose", "global"}},
    {&Motion::neck, 3, false, {"neck_pose", "neck", "", ""}},
    {&Motion::jaw, 3, false, {"jaw_pose", "jaw", "", ""}},
    {&Motion::eyes, 6, false, {"eye_pose", "eyes_pose", "eyes", ""}},
    {&Motion::translation, 3, false, {"transl", "translation", "trans", ""}},
}};

void check_finite(const Tensor& table, const std::string& where) {
  for (int64_t i = 0; i < table.size(); ++i) {
    if (!std::isfinite(table[i])) {
      fail("{}: frame {} holds a value that is not finite", where, i / table.dim(1));
    }
  }
}

// (T, W), (1, T, W) and (W) as (T, W); empty for other shapes.
Tensor as_table(const Tensor& read) {
  const bool fits = read.rank() == 1 || read.rank() == 2 || (read.rank() == 3 && read.dim(0) == 1);
  return fits && !read.empty() ? read.reshape({-1, read.dim(-1)}) : Tensor();
}

Track make_track(const Tensor& read, int64_t width, bool narrower, const std::string& where) {
  const Tensor table = as_table(read);
  const int64_t got = table.empty() ? 0 : table.dim(1);
  if (got == 0 || got > width || (got < width && !narrower)) {
    fail("{}: expected shape (T, {}){}, got {}", where, width, narrower ? " or narrower" : "",
         tensor::to_string(read.shape()));
  }
  check_finite(table, where);
  return {table, 0, got};
}

MotionFile from_arrays(const std::vector<std::string>& names, const std::string& prefix,
                       const std::function<formats::Array(const std::string&)>& array,
                       const std::string& where) {
  MotionFile file;
  bool any = false;
  for (const std::string& name : names) {
    if (!name.starts_with(prefix)) continue;
    const std::string key = name.substr(prefix.size());
    const auto known = std::find_if(kTracks.begin(), kTracks.end(), [&](const TrackNames& t) {
      return !key.empty() && std::find(t.names.begin(), t.names.end(), key) != t.names.end();
    });
    if (known == kTracks.end()) {
      file.unused.push_back(name);
      continue;
    }
    Track& track = file.motion.*(known->track);
    const std::string place = where + ": " + name;
    if (track.rows() > 0) fail("{}: the file holds this part under another name too", place);
    track =
        make_track(formats::to_tensor(array(name), place), known->width, known->narrower, place);
    any = true;
  }
  if (!any) {
    std::string wanted;
    for (const TrackNames& t : kTracks) wanted += " " + prefix + t.names[0];
    fail("{}: holds none of the arrays{}", where, wanted);
  }
  return file;
}

MotionFile read_file(const std::filesystem::path& path, Axes axes, const std::string& prefix) {
  const std::string where = path.string(), kind = formats::format_of(path);
  if (kind == "npz") {
    const formats::NpzFile file(path);
    return from_arrays(
        file.names(), prefix, [&](const auto& n) { return file.array(n); }, where);
  }
  if (kind == "safetensors") {
    const formats::SafetensorsFile file(path);
    return from_arrays(
        file.names(), prefix, [&](const auto& n) { return file.array(n); }, where);
  }
  return {checked_rows(formats::to_tensor(formats::load_npy_array(path), where), axes, where), {}};
}

}  // namespace

MotionFile open_motion(const std::filesystem::path& path, Axes axes, const std::string& prefix) {
  MotionFile file = read_file(path, axes, prefix);
  file.motion.axes = axes;
  check_lengths(file.motion, path.string());
  return file;
}

Motion load_motion(const std::filesystem::path& path, Axes axes) {
  return open_motion(path, axes).motion;
}

Motion checked_rows(const Tensor& rows, Axes axes, const std::string& where) {
  const bool batched = rows.rank() == 3 && rows.dim(0) == 1;
  const int64_t width = rows.rank() >= 2 ? rows.dim(-1) : 0;
  if ((rows.rank() != 2 && !batched) || !is_row_width(width)) {
    fail("{}: expected motion of shape (1, T, {}), (T, {}) or (T, {}), got {}", where, kWideRow,
         kNarrowRow, kLive, tensor::to_string(rows.shape()));
  }
  if (rows.empty()) fail("{}: holds no frames", where);
  const Tensor table = rows.reshape({-1, width});
  check_finite(table, where);
  return of_rows(table, axes);
}

void save_motion(const std::filesystem::path& npy, const Motion& motion, int64_t width) {
  formats::save_npy(npy, rows_of(motion, width));
}

Track load_track(const std::filesystem::path& path, int64_t width, bool narrower) {
  const std::string where = path.string();
  return make_track(formats::to_tensor(formats::load_npy_array(path), where), width, narrower,
                    where);
}

void check_lengths(const Motion& motion, const std::string& where) {
  const int64_t frames = motion.frames();
  for (const TrackNames& names : kTracks) {
    const int64_t rows = (motion.*(names.track)).rows();
    if (rows > 1 && rows != frames) {
      fail("{}: {} has {} frames, another part has {}", where, names.names[0], rows, frames);
    }
  }
}

}  // namespace flowtalk::motion
