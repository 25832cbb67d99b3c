#include "flowtalk/avatar/materials.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <unordered_map>

#include "flowtalk/base/error.h"

namespace flowtalk::avatar {
namespace {

using gltf::Entry;

// Cosine between normals, and the way by morphs, within which vertices at one place are of one
// smooth surface.
constexpr float kSameNormal = 0.7f, kSameWay = 1e-5f;

constexpr double kClear = 0.9;  // of what light goes through

face::Wrap wrap_of(size_t number) {
  constexpr size_t kClampToEdge = 33071, kMirroredRepeat = 33648;
  if (number == kClampToEdge) return face::Wrap::kClamp;
  return number == kMirroredRepeat ? face::Wrap::kMirror : face::Wrap::kRepeat;
}

// Within what whole pictures can be counted by.
float near(float x) { return std::isfinite(x) ? std::clamp(x, -1e6f, 1e6f) : 0.0f; }

class Reader {
 public:
  explicit Reader(const gltf::Document& document) : root_(document.root()) {}

  Materials read() {
    const size_t count = root_.size("materials");
    for (size_t i = 0; i < count; ++i) read_material(root_.item("materials", i), i);
    out_.all.emplace_back();
    return std::move(out_);
  }

 private:
  void read_material(const Entry& entry, size_t place) {
    Material& out = out_.all.emplace_back();
    const Entry colour = entry.object("pbrMetallicRoughness");
    read_factor(colour.numbers("baseColorFactor"), out);
    const std::string mode = entry.text("alphaMode");
    if (mode == "MASK") out.surface.alpha = face::Alpha::kMask;
    if (mode == "BLEND") out.surface.alpha = face::Alpha::kBlend;
    out.surface.cutoff = static_cast<float>(entry.number("alphaCutoff", 0.5));
    out.surface.both_sides = entry.flag("doubleSided", false);
    const Entry extensions = entry.object("extensions");
    const bool toon = extensions.has("VRMC_materials_mtoon") || is_old_toon(place);
    out.surface.unlit = toon || extensions.has("KHR_materials_unlit");
    out.coloured = !toon;
    if (colour.has("baseColorTexture")) read_texture(colour.object("baseColorTexture"), out);
    read_older_colour(extensions.object("KHR_materials_pbrSpecularGlossiness"), out);
    if (out.surface.texture < 0) read_glow(entry, out);
    // What light goes through is nearly clear, such as the cornea before an iris.
    const Entry clear = extensions.object("KHR_materials_transmission");
    const double through = std::clamp(clear.number("transmissionFactor", 0), 0.0, 1.0);
    if (through > 0) {
      out.surface.alpha = face::Alpha::kBlend;
      out.factor[3] *= static_cast<float>(1 - kClear * through);
    }
  }

  // As files had it before metal and roughness.
  void read_older_colour(const Entry& entry, Material& out) {
    read_factor(entry.numbers("diffuseFactor"), out);
    if (entry.has("diffuseTexture")) read_texture(entry.object("diffuseTexture"), out);
  }

  // Flat and baked models have their picture in what they shine with, and nothing else.
  void read_glow(const Entry& entry, Material& out) {
    const auto glow = entry.numbers("emissiveFactor");
    const bool shines = std::ranges::any_of(glow, [](double x) { return x > 0; });
    if (!entry.has("emissiveTexture") || !shines) return;
    read_factor(glow, out);
    read_texture(entry.object("emissiveTexture"), out);
    out.surface.unlit = true;
  }

  static void read_factor(const std::vector<double>& factor, Material& out) {
    for (size_t k = 0; k < std::min<size_t>(4, factor.size()); ++k) {
      out.factor[k] = std::clamp(static_cast<float>(factor[k]), 0.0f, 1.0f);
    }
  }

  // Of VRM 0.x, which keeps its materials in a list beside the file's.
  bool is_old_toon(size_t place) const {
    const Entry vrm = root_.object("extensions").object("VRM");
    if (place >= vrm.size("materialProperties")) return false;
    const std::string shader = vrm.item("materialProperties", place).text("shader");
    return shader.starts_with("VRM/MToon") || shader.starts_with("VRM/Unlit");
  }

  void read_texture(const Entry& info, Material& out) {
    const auto place = info.index("index", root_.size("textures"));
    if (!place) return;
    const Entry texture = root_.item("textures", *place);
    const size_t images = root_.size("images");
    const Entry extensions = texture.object("extensions");
    auto image = extensions.object("EXT_texture_webp").index("source", images);
    if (!image) image = texture.index("source", images);
    if (!image) image = extensions.object("KHR_texture_basisu").index("source", images);
    if (!image) return;
    Materials::Picture picture{*image};
    if (const auto sampler = texture.index("sampler", root_.size("samplers"))) {
      const Entry how = root_.item("samplers", *sampler);
      picture.wrap_x = wrap_of(how.number_up_to("wrapS", SIZE_MAX, 0));
      picture.wrap_y = wrap_of(how.number_up_to("wrapT", SIZE_MAX, 0));
    }
    out.surface.texture = static_cast<int>(picture_of(picture));
    const Entry transform = info.object("extensions").object("KHR_texture_transform");
    const size_t set =
        transform.number_up_to("texCoord", SIZE_MAX, info.number_up_to("texCoord", SIZE_MAX, 0));
    out.uv_set = std::min<size_t>(set, 1);
    const auto pair = [&](const char* key, float otherwise) {
      const auto values = transform.numbers(key);
      return values.size() == 2
                 ? std::array{static_cast<float>(values[0]), static_cast<float>(values[1])}
                 : std::array{otherwise, otherwise};
    };
    const auto offset = pair("offset", 0), scale = pair("scale", 1);
    const auto angle = static_cast<float>(transform.number("rotation", 0));
    const float c = std::cos(angle), s = std::sin(angle);
    out.uv = {c * scale[0], s * scale[1], offset[0], -s * scale[0], c * scale[1], offset[1]};
  }

  size_t picture_of(const Materials::Picture& picture) {
    const auto same = [&](const Materials::Picture& other) {
      return other.image == picture.image && other.wrap_x == picture.wrap_x &&
             other.wrap_y == picture.wrap_y;
    };
    const auto found = std::ranges::find_if(out_.pictures, same);
    if (found != out_.pictures.end()) return static_cast<size_t>(found - out_.pictures.begin());
    out_.pictures.push_back(picture);
    return out_.pictures.size() - 1;
  }

  Entry root_;
  Materials out_;
};

// Of each vertex the first that stands where it does, looks where it does and goes where it goes.
std::vector<uint32_t> joined_of(const Surface& surface, std::span<const float> places) {
  std::vector<float> way(3 * surface.vertices(), 0.0f);
  for (const Surface::Morph& morph : surface.morphs) {
    for (size_t i = 0; i < morph.offsets.size(); ++i) {
      way[3 * size_t{morph.vertices[i / 3]} + i % 3] += morph.offsets[i];
    }
  }
  const auto hash = [](const std::array<float, 3>& p) {
    size_t h = 0;
    for (const float x : p) h = h * 1000003 + std::bit_cast<uint32_t>(x);
    return h ^ h >> 29;
  };
  std::unordered_map<std::array<float, 3>, std::vector<uint32_t>, decltype(hash)> at(
      surface.vertices(), hash);
  const auto same = [&](uint32_t a, uint32_t b) {
    float cosine = 0, apart = 0;
    bool any_a = false, any_b = false;
    for (size_t k = 0; k < 3; ++k) {
      const float n = surface.normals[3 * size_t{a} + k], m = surface.normals[3 * size_t{b} + k];
      cosine += n * m;
      any_a |= n != 0;
      any_b |= m != 0;
      apart = std::max(apart, std::abs(way[3 * size_t{a} + k] - way[3 * size_t{b} + k]));
    }
    return apart <= kSameWay && (!any_a || !any_b || cosine > kSameNormal);
  };
  constexpr size_t kMostAtOnePlace = 16;
  std::vector<uint32_t> joined(surface.vertices());
  for (uint32_t v = 0; v < joined.size(); ++v) {
    auto& others = at[{places[3 * size_t{v}] + 0.0f, places[3 * size_t{v} + 1] + 0.0f,
                       places[3 * size_t{v} + 2] + 0.0f}];
    const auto found = std::ranges::find_if(others, [&](uint32_t other) { return same(v, other); });
    joined[v] = found != others.end() ? *found : v;
    if (found == others.end() && others.size() < kMostAtOnePlace) others.push_back(v);
  }
  return joined;
}

}  // namespace

Materials materials_of(const gltf::Document& document) { return Reader(document).read(); }

face::Paint paint_of(const Surface& surface, const Materials& materials,
                     std::span<const float> places, std::vector<std::array<float, 3>>& albedo) {
  face::Paint paint;
  for (const Material& material : materials.all) {
    paint.surfaces.push_back(material.surface);
    paint.surfaces.back().opacity = material.factor[3];
  }
  for (const auto& picture : materials.pictures) {
    paint.textures.push_back({0, 0, {}, picture.wrap_x, picture.wrap_y});
  }
  paint.surface = surface.material;
  albedo.clear();
  for (size_t v = 0; v < surface.vertices(); ++v) {
    const Material& material = materials.all[surface.material[v]];
    const auto& colour = surface.colours[v];
    auto& out = albedo.emplace_back();
    for (size_t k = 0; k < 3; ++k)
      out[k] = material.factor[k] * (material.coloured ? colour[k] : 1);
    paint.opacity.push_back(material.coloured ? colour[3] : 1);
    const auto& [x, y] = surface.uv[v][material.uv_set];
    const auto& m = material.uv;
    paint.uv.push_back({near(m[0] * x + m[1] * y + m[2]), near(m[3] * x + m[4] * y + m[5])});
  }
  paint.joined = joined_of(surface, places);
  return paint;
}

}  // namespace flowtalk::avatar
