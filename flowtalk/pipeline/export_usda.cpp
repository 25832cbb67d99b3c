// The built-in head with blend shapes and joints, moved, as UsdSkel in the text form of USD.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iterator>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/head_surface.h"

namespace flowtalk::pipeline {
namespace {

// "(1, 2, 3), (4, 5, 6)": numbers in tuples of `width`.
std::string tuples(std::span<const float> values, size_t width) {
  std::string text;
  for (size_t i = 0; i < values.size(); i += width) {
    fmt::format_to(std::back_inserter(text), "{}({:.6g})", i == 0 ? "" : ", ",
                   fmt::join(values.subspan(i, width), ", "));
  }
  return text;
}

std::string quoted(const std::vector<std::string>& words) {
  return fmt::format("\"{}\"", fmt::join(words, "\", \""));
}

class Stage {
 public:
  Stage(const Scene& scene, HeadRig rig)
      : scene_(scene), surface_(surface_of(scene, std::move(rig))), rig_(surface_.rig) {
    for (const MorphTarget& target : rig_.targets) names_.push_back(target.name);
    for (size_t j = 0; j < rig_.joints.size(); ++j) {
      const std::string name = name_of(rig_.joints[j]);
      const int parent = rig_.parents[j];
      joints_.push_back(parent < 0 ? name : joints_[static_cast<size_t>(parent)] + "/" + name);
    }
  }

  std::string text() {
    const int64_t frames = scene_.motion.frames();
    put("#usda 1.0\n(\n    defaultPrim = \"Head\"\n    metersPerUnit = 1\n    upAxis = \"Y\"\n");
    if (frames > 0) {
      put("    timeCodesPerSecond = {0}\n    framesPerSecond = {0}\n    startTimeCode = 0\n"
          "    endTimeCode = {1}\n",
          scene_.motion.rate_hz, frames - 1);
    }
    put(")\n\ndef SkelRoot \"Head\" (\n    prepend apiSchemas = [\"SkelBindingAPI\"]\n)\n{{\n");
    if (frames > 0) put("    rel skel:animationSource = </Head/Take>\n");
    put("    rel skel:skeleton = </Head/Skeleton>\n\n");
    add_skeleton();
    if (frames > 0) add_animation();
    for (const HeadPart& part : surface_.parts) add_part(part);
    put("}}\n");
    return std::move(text_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }

  static std::string moved_by(const std::array<float, 3>& to) {
    return fmt::format("((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), ({:.6g}, {:.6g}, {:.6g}, 1))",
                       to[0], to[1], to[2]);
  }

  void add_skeleton() {
    std::vector<std::string> bind, rest;
    for (size_t j = 0; j < rig_.joints.size(); ++j) {
      bind.push_back(moved_by(rig_.places[j]));
      rest.push_back(moved_by(surface_.place_of(j)));
    }
    put("    def Skeleton \"Skeleton\"\n    {{\n        uniform token[] joints = [{}]\n"
        "        uniform matrix4d[] bindTransforms = [{}]\n"
        "        uniform matrix4d[] restTransforms = [{}]\n    }}\n\n",
        quoted(joints_), fmt::join(bind, ", "), fmt::join(rest, ", "));
  }

  // One line per frame: "            3: [...],".
  template <class Line>
  void add_samples(const char* type, const char* name, Line&& line) {
    put("        {} {}.timeSamples = {{\n", type, name);
    for (int64_t t = 0; t < scene_.motion.frames(); ++t) {
      put("            {}: [{}],\n", t, line(t));
    }
    put("        }}\n");
  }

  void add_animation() {
    const size_t count = rig_.joints.size();
    put("    def SkelAnimation \"Take\"\n    {{\n        uniform token[] joints = [{}]\n"
        "        uniform token[] blendShapes = [{}]\n",
        quoted(joints_), quoted(names_));
    add_samples("float[]", "blendShapeWeights", [&](int64_t t) {
      const auto row =
          rig_.weights.values().subspan(static_cast<size_t>(t) * names_.size(), names_.size());
      return fmt::format("{:.6g}", fmt::join(row, ", "));
    });
    std::vector<std::vector<float>> turns;
    for (const flame::Joint joint : rig_.joints) turns.push_back(turns_of(scene_.motion, joint));
    add_samples("quatf[]", "rotations", [&](int64_t t) {
      std::vector<float> row;  // w first
      for (const auto& all : turns) {
        const float* q = all.data() + 4 * t;
        if (all.empty()) {
          row.insert(row.end(), {1, 0, 0, 0});
        } else {
          row.insert(row.end(), {q[3], q[0], q[1], q[2]});
        }
      }
      return tuples(row, 4);
    });
    add_samples("float3[]", "translations", [&](int64_t t) {
      std::vector<float> row;
      for (size_t j = 0; j < count; ++j) {
        auto at = surface_.place_of(j);
        if (j == 0 && !scene_.motion.translation.empty()) {
          for (size_t k = 0; k < 3; ++k) at[k] += scene_.motion.translation.at(t)[k];
        }
        row.insert(row.end(), at.begin(), at.end());
      }
      return tuples(row, 3);
    });
    put("        half3[] scales = [{}]\n    }}\n\n", tuples(std::vector<float>(3 * count, 1), 3));
  }

  void add_part(const HeadPart& part) {
    const auto rows = [&](std::span<const float> whole) {
      return tuples(rows_of(whole, part.vertices, 3), 3);
    };
    const size_t count = rig_.joints.size();
    put("    def Mesh \"{}\" (\n        prepend apiSchemas = [\"SkelBindingAPI\"]\n    )\n    {{\n"
        "        rel skel:skeleton = </Head/Skeleton>\n"  // not every reader looks at the root's
        "        uniform token subdivisionScheme = \"none\"\n",
        part.name);
    if (part.both_sides) put("        uniform bool doubleSided = 1\n");
    put("        int[] faceVertexCounts = [{}]\n        int[] faceVertexIndices = [{}]\n",
        fmt::join(std::vector<int>(part.corners.size() / 3, 3), ", "),
        fmt::join(part.corners, ", "));
    put("        point3f[] points = [{}]\n        normal3f[] normals = [{}] (\n"
        "            interpolation = \"vertex\"\n        )\n",
        rows(rig_.rest), rows(surface_.normals));
    put("        color3f[] primvars:displayColor = [{}] (\n            interpolation = \"vertex\"\n"
        "        )\n",
        rows(surface_.colours));
    std::vector<size_t> places;
    for (size_t i = 0; i < part.vertices.size() * count; ++i) places.push_back(i % count);
    put("        int[] primvars:skel:jointIndices = [{}] (\n            elementSize = {}\n"
        "            interpolation = \"vertex\"\n        )\n",
        fmt::join(places, ", "), count);
    put("        float[] primvars:skel:jointWeights = [{:.6g}] (\n            elementSize = {}\n"
        "            interpolation = \"vertex\"\n        )\n",
        fmt::join(rows_of(std::span<const float>(rig_.skinning), part.vertices, count), ", "),
        count);
    if (part.moves) add_shapes(part);
    put("    }}\n\n");
  }

  // Those that move the part.
  void add_shapes(const HeadPart& part) {
    std::vector<std::string> names, paths;
    std::string shapes;
    for (const MorphTarget& target : rig_.targets) {
      const auto offsets = rows_of(std::span<const float>(target.offsets), part.vertices, 3);
      std::vector<size_t> moved;
      std::vector<float> kept;
      for (size_t i = 0; i < part.vertices.size(); ++i) {
        const auto row = std::span(offsets).subspan(3 * i, 3);
        if (std::hypot(row[0], row[1], row[2]) <= kStill_m) continue;
        moved.push_back(i);
        kept.insert(kept.end(), row.begin(), row.end());
      }
      if (moved.empty()) continue;
      names.push_back(target.name);
      paths.push_back(fmt::format("</Head/{}/{}>", part.name, target.name));
      shapes += fmt::format(
          "\n        def BlendShape \"{}\"\n        {{\n"
          "            uniform vector3f[] offsets = [{}]\n"
          "            uniform int[] pointIndices = [{}]\n        }}\n",
          target.name, tuples(kept, 3), fmt::join(moved, ", "));
    }
    put("        uniform token[] skel:blendShapes = [{}]\n"
        "        rel skel:blendShapeTargets = [{}]\n{}",
        quoted(names), fmt::join(paths, ", "), shapes);
  }

  const Scene& scene_;
  const HeadSurface surface_;
  const HeadRig& rig_;
  std::vector<std::string> names_, joints_;
  std::string text_;
};

}  // namespace

void export_usda(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  save_file(file, Stage(scene, rig_of(scene, reporter)).text());
}

}  // namespace flowtalk::pipeline
