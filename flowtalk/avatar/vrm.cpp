#include "flowtalk/avatar/vrm.h"

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::avatar {
namespace {

using gltf::Entry;

std::optional<Bone> humanoid_bone(const std::string& name) {
  for (size_t i = 0; i < kBoneNames.size(); ++i) {
    if (name == kBoneNames[i] && static_cast<Bone>(i) != Bone::kBody) return static_cast<Bone>(i);
  }
  return std::nullopt;
}

// Binds that name a target which is not there are left out: such files are about.
void add_bind(const Entry& bind, size_t mesh, double scale, const std::vector<size_t>& targets,
              Expression& expression) {
  const auto target = bind.number_up_to("index", SIZE_MAX);
  if (target >= targets[mesh]) return;
  const double weight = std::clamp(scale * bind.number("weight", 1 / scale), 0.0, 1.0);
  expression.binds.push_back({mesh, target, static_cast<float>(weight)});
}

void read_old(const Entry& vrm, const gltf::Document& document, const std::vector<size_t>& targets,
              Vrm& out) {
  const size_t nodes = document.root().size("nodes");
  const Entry humanoid = vrm.object("humanoid");
  for (size_t i = 0; i < humanoid.size("humanBones"); ++i) {
    const Entry entry = humanoid.item("humanBones", i);
    const auto bone = humanoid_bone(entry.text("bone"));
    const auto node = entry.index("node", nodes);
    if (bone && node) out.bones.emplace_back(*bone, *node);
  }
  const Entry master = vrm.object("blendShapeMaster");
  for (size_t i = 0; i < master.size("blendShapeGroups"); ++i) {
    const Entry group = master.item("blendShapeGroups", i);
    const std::string preset = group.text("presetName");
    Expression expression{preset.empty() || preset == "unknown" ? group.text("name") : preset,
                          group.flag("isBinary", false),
                          {},
                          {}};
    for (size_t k = 0; k < group.size("binds"); ++k) {
      const Entry bind = group.item("binds", k);
      const auto mesh = bind.index("mesh", targets.size());
      if (mesh) add_bind(bind, *mesh, 0.01, targets, expression);
    }
    out.expressions.push_back(std::move(expression));
  }
  const Entry first = vrm.object("firstPerson");
  out.looks_by_bones = first.text("lookAtTypeName") != "BlendShape";
  const auto range = [&](const char* key, LookRange& into) {
    const Entry entry = first.object(key);
    const double most = out.looks_by_bones ? into.output : 1;
    into = {entry.number("xRange", into.input), entry.number("yRange", most)};
  };
  range("lookAtHorizontalInner", out.inner);
  range("lookAtHorizontalOuter", out.outer);
  range("lookAtVerticalUp", out.up);
  range("lookAtVerticalDown", out.down);
  for (size_t i = 0; i < first.size("meshAnnotations"); ++i) {
    const Entry note = first.item("meshAnnotations", i);
    const auto mesh = note.index("mesh", targets.size());
    if (mesh && note.text("firstPersonFlag") == "FirstPersonOnly")
      out.hidden_meshes.push_back(*mesh);
  }
}

Overrides overrides_of(const Entry& expression) {
  const auto of = [&](const char* key) {
    const std::string how = expression.text(key);
    return how == "block" ? Override::kBlock : how == "blend" ? Override::kBlend : Override::kNone;
  };
  return {of("overrideMouth"), of("overrideBlink"), of("overrideLookAt")};
}

void read_expressions(const Entry& list, const gltf::Nodes& nodes,
                      const std::vector<size_t>& targets, Vrm& out) {
  for (const auto& [name, json] : list.json().items()) {
    const Entry entry(json, list.where());
    Expression expression{name, entry.flag("isBinary", false), overrides_of(entry), {}};
    for (size_t k = 0; k < entry.size("morphTargetBinds"); ++k) {
      const Entry bind = entry.item("morphTargetBinds", k);
      const auto node = bind.index("node", nodes.all.size());
      if (node && nodes.all[*node].mesh) {
        add_bind(bind, *nodes.all[*node].mesh, 1, targets, expression);
      }
    }
    out.expressions.push_back(std::move(expression));
  }
}

void read_new(const Entry& vrm, const gltf::Nodes& nodes, const std::vector<size_t>& targets,
              Vrm& out) {
  const Entry bones = vrm.object("humanoid").object("humanBones");
  for (const char* name : kBoneNames) {
    const auto bone = humanoid_bone(name);
    const auto node = bones.object(name).index("node", nodes.all.size());
    if (bone && node) out.bones.emplace_back(*bone, *node);
  }
  const Entry expressions = vrm.object("expressions");
  read_expressions(expressions.object("preset"), nodes, targets, out);
  read_expressions(expressions.object("custom"), nodes, targets, out);
  const Entry look = vrm.object("lookAt");
  out.looks_by_bones = look.text("type") != "expression";
  const auto range = [&](const char* key, LookRange& into) {
    const Entry entry = look.object(key);
    const double most = out.looks_by_bones ? into.output : 1;
    into = {entry.number("inputMaxValue", into.input), entry.number("outputScale", most)};
  };
  range("rangeMapHorizontalInner", out.inner);
  range("rangeMapHorizontalOuter", out.outer);
  range("rangeMapVerticalUp", out.up);
  range("rangeMapVerticalDown", out.down);
  const Entry first = vrm.object("firstPerson");
  for (size_t i = 0; i < first.size("meshAnnotations"); ++i) {
    const Entry note = first.item("meshAnnotations", i);
    const auto node = note.index("node", nodes.all.size());
    if (node && note.text("type") == "firstPersonOnly") out.hidden.push_back(*node);
  }
}

}  // namespace

Vrm vrm_of(const gltf::Document& document, const gltf::Nodes& nodes,
           const std::vector<size_t>& targets) {
  Vrm vrm;
  const Entry extensions = document.root().object("extensions");
  if (extensions.has("VRMC_vrm")) {
    vrm.version = 2;
    read_new(extensions.object("VRMC_vrm"), nodes, targets, vrm);
  } else if (extensions.has("VRM")) {
    vrm.version = 1;
    read_old(extensions.object("VRM"), document, targets, vrm);
  }
  return vrm;
}

}  // namespace flowtalk::avatar
