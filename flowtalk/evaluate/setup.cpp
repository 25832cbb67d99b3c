#include "flowtalk/evaluate/setup.h"

#include <fmt/ranges.h>

#include <cmath>
#include <optional>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;
namespace {

std::optional<fs::path> find_in(const std::vector<fs::path>& folders, const std::string& name) {
  for (const fs::path& folder : folders) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return std::nullopt;
}

std::string joined(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) names.push_back(folder.string());
  return fmt::format("{}", fmt::join(names, ", "));
}

tensor::Tensor load_template(const fs::path& path, int64_t vertices) {
  const auto load = [&] {
    if (formats::format_of(path) != "safetensors") {
      return formats::read_as(path, "npy", "the mesh at rest (.npy, .safetensors)",
                              [&] { return formats::load_npy(path); });
    }
    const formats::SafetensorsFile file(path);
    const auto names = file.names();
    return file.load(names.size() == 1 ? names.front() : "template");
  };
  const tensor::Tensor read = load();
  if (read.size() != 3 * vertices) {
    fail("{}: the template has shape {}, expected ({}, 3), the mesh of the sequences",
         path.string(), tensor::to_string(read.shape()), vertices);
  }
  for (const float x : read.values()) {
    if (!std::isfinite(x)) fail("{}: the template holds a value that is not finite", path.string());
  }
  return read.reshape({vertices, 3});
}

bool is_mesh_of_face(const SetupSources& sources) {
  return sources.face != nullptr && sources.face->vertex_count() == sources.vertices;
}

// Nothing if no place holds any list. Each is taken from the first that holds it.
std::optional<face::Regions> find_regions(const SetupSources& sources,
                                          std::vector<std::string>& notes) {
  face::RegionLists all;
  for (const fs::path& place : sources.folders) {
    face::RegionLists lists = face::read_regions(place, static_cast<uint64_t>(sources.vertices));
    if (lists.lips && is_mesh_of_face(sources)) face::check_lips(*lists.lips, *sources.face, place);
    if (!lists.note.empty()) notes.push_back(lists.note);
    if (!all.lips) all.lips = std::move(lists.lips);
    if (!all.upper_face) all.upper_face = std::move(lists.upper_face);
    if (!all.eyes) all.eyes = std::move(lists.eyes);
  }
  if (all.empty()) return std::nullopt;
  face::Regions regions;
  const auto take = [&](const char* name, const char* metrics,
                        std::optional<std::vector<uint32_t>>& from, std::vector<uint32_t>& list) {
    if (from) {
      list = std::move(*from);
    } else {
      notes.push_back(
          fmt::format("{} left out: no {} in {}", metrics, name, joined(sources.folders)));
    }
  };
  take("lve.txt", "LVE, MEE and CE", all.lips, regions.lips);
  take("fdd.txt", "FDD", all.upper_face, regions.upper_face);
  take("eve.txt", "EVE", all.eyes, regions.eyes);
  return regions;
}

std::optional<fs::path> find_template(const SetupSources& sources) {
  if (!sources.template_file.empty()) return sources.template_file;
  for (const char* name : {"template.npy", "template.safetensors", "flame_zero_pose.npy"}) {
    if (const auto path = find_in(sources.folders, name)) return path;
  }
  return std::nullopt;
}

}  // namespace

LoadedSetup load_setup(const SetupSources& sources) {
  LoadedSetup setup;
  setup.measure.vertices = sources.vertices;
  const bool same_mesh = is_mesh_of_face(sources);
  if (auto regions = find_regions(sources, setup.notes)) {
    setup.measure.regions = std::move(*regions);
  } else if (same_mesh && !sources.face->regions.lips.empty()) {
    setup.measure.regions = sources.face->regions;
  } else {
    fail(
        "a mesh of {} vertices needs its region lists: give {} FOLDER with lve.txt, "
        "fdd.txt, eve.txt, or a file of FLAME's masks{}",
        sources.vertices, Field("regions"),
        sources.folders.empty() ? "" : fmt::format(" (none in {})", joined(sources.folders)));
  }
  if (setup.measure.regions.upper_face.empty()) return setup;
  if (const auto path = find_template(sources)) {
    setup.measure.rest = load_template(*path, sources.vertices);
  } else if (same_mesh) {
    setup.measure.rest = sources.face->rest;
  } else {
    setup.notes.emplace_back(
        "FDD left out: it needs the template of the mesh; name one, or put template.npy "
        "beside the region lists");
  }
  return setup;
}

}  // namespace flowtalk::evaluate
