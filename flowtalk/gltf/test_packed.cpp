#include "flowtalk/gltf/test_packed.h"

#include <draco/compression/encode.h>
#include <meshoptimizer.h>

#include <set>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/gltf/component.h"
#include "flowtalk/gltf/document.h"

namespace flowtalk::gltf {
namespace {

std::string file_of(Json json, std::string buffer) {
  Glb glb(std::move(json), buffer);
  return glb.bytes();
}

// The views that hold triangles' corners, with the accessor that does.
std::map<size_t, size_t> corner_views(const Json& json) {
  std::map<size_t, size_t> views;
  for (const Json& mesh : json["meshes"]) {
    for (const Json& primitive : mesh["primitives"]) {
      if (!primitive.contains("indices")) continue;
      const size_t accessor = primitive["indices"];
      views[json["accessors"][accessor]["bufferView"]] = accessor;
    }
  }
  return views;
}

std::string packed_rows(std::string_view bytes, size_t stride) {
  const size_t count = bytes.size() / stride;
  std::string out(meshopt_encodeVertexBufferBound(count, stride), '\0');
  out.resize(meshopt_encodeVertexBuffer(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                        bytes.data(), count, stride));
  return out;
}

std::string packed_corners(const std::vector<uint32_t>& corners, size_t rows) {
  std::string out(meshopt_encodeIndexBufferBound(corners.size(), rows), '\0');
  out.resize(meshopt_encodeIndexBuffer(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                       corners.data(), corners.size()));
  return out;
}

using draco::GeometryAttribute;

struct Kind {
  const char* name;
  GeometryAttribute::Type type;
};
constexpr Kind kKinds[] = {
    {"POSITION", GeometryAttribute::POSITION},    {"NORMAL", GeometryAttribute::NORMAL},
    {"TEXCOORD_0", GeometryAttribute::TEX_COORD}, {"COLOR_0", GeometryAttribute::COLOR},
    {"JOINTS_0", GeometryAttribute::GENERIC},     {"WEIGHTS_0", GeometryAttribute::GENERIC}};

draco::DataType type_of(size_t component) {
  switch (component) {
    case kUnsignedByte:
      return draco::DT_UINT8;
    case kUnsignedShort:
      return draco::DT_UINT16;
    case kFloat:
      return draco::DT_FLOAT32;
    default:
      fail("a component of {} is not packed here", component);
  }
}

// Its rows, as they stand in the file.
std::string raw_rows(const Document& document, size_t accessor, size_t row_bytes) {
  const Json& entry = document.json()["accessors"][accessor];
  const Json& view = document.json()["bufferViews"][entry["bufferView"].get<size_t>()];
  const size_t from = view.value("byteOffset", 0u) + entry.value("byteOffset", 0u),
               stride = view.value("byteStride", row_bytes);
  std::string rows;
  for (size_t i = 0; i < entry["count"].get<size_t>(); ++i) {
    rows += document.buffer().substr(from + i * stride, row_bytes);
  }
  return rows;
}

// Adds an attribute to the mesh and gives its id there.
uint32_t add_attribute(const Document& document, size_t accessor, GeometryAttribute::Type type,
                       draco::Mesh& mesh) {
  const Json& entry = document.json()["accessors"][accessor];
  const size_t component = entry["componentType"],
               width = width_of(entry["type"].get<std::string>()), row = width * size_of(component),
               count = entry["count"];
  GeometryAttribute attribute;
  attribute.Init(type, nullptr, static_cast<int8_t>(width), type_of(component), false,
                 static_cast<int64_t>(row), 0);
  mesh.set_num_points(static_cast<uint32_t>(count));
  const int id = mesh.AddAttribute(attribute, true, static_cast<uint32_t>(count));
  const std::string rows = raw_rows(document, accessor, row);
  for (size_t i = 0; i < count; ++i) {
    mesh.attribute(id)->SetAttributeValue(draco::AttributeValueIndex(static_cast<uint32_t>(i)),
                                          rows.data() + i * row);
  }
  return mesh.attribute(id)->unique_id();
}

void add_faces(const Document& document, size_t accessor, draco::Mesh& mesh) {
  const auto corners = document.whole_numbers(accessor, 1, document.rows(accessor));
  mesh.SetNumFaces(corners.size() / 3);
  for (uint32_t i = 0; i < corners.size() / 3; ++i) {
    draco::Mesh::Face face;
    for (size_t k = 0; k < 3; ++k) face[k] = draco::PointIndex(corners[3 * i + k]);
    mesh.SetFace(draco::FaceIndex(i), face);
  }
}

}  // namespace

std::string meshopt_packed(std::string_view glb) {
  const Document document(std::string(glb), "to pack");
  Json json = document.json();
  const auto corners = corner_views(json);
  std::set<size_t> pictures;
  for (const Json& image : json.value("images", Json::array()))
    pictures.insert(image["bufferView"].get<size_t>());
  std::string buffer;
  size_t unpacked = 0;
  for (size_t i = 0; i < json["bufferViews"].size(); ++i) {
    Json& view = json["bufferViews"][i];
    const std::string bytes(
        document.buffer().substr(view.value("byteOffset", 0u), view["byteLength"].get<size_t>()));
    buffer.resize((buffer.size() + 3) / 4 * 4);
    const auto corner = corners.find(i);
    if (pictures.contains(i) || (corner == corners.end() && bytes.size() % 4 != 0)) {
      view["byteOffset"] = buffer.size();
      buffer += bytes;
      continue;
    }
    Json packed{{"buffer", 0}, {"byteOffset", buffer.size()}};
    std::string out;
    if (corner != corners.end()) {
      const size_t count = document.rows(corner->second);
      out = packed_corners(document.whole_numbers(corner->second, 1, count), count);
      packed.update(
          {{"mode", "TRIANGLES"}, {"count", count}, {"byteStride", bytes.size() / count}});
    } else {
      const size_t stride = view.value("byteStride", size_t{4});
      out = packed_rows(bytes, stride);
      packed.update(
          {{"mode", "ATTRIBUTES"}, {"count", bytes.size() / stride}, {"byteStride", stride}});
    }
    packed["byteLength"] = out.size();
    buffer += out;
    view["buffer"] = 1;
    view["byteOffset"] = unpacked;
    view["extensions"]["EXT_meshopt_compression"] = packed;
    unpacked += (bytes.size() + 3) / 4 * 4;
  }
  json["buffers"].push_back({{"byteLength", unpacked},
                             {"extensions", {{"EXT_meshopt_compression", {{"fallback", true}}}}}});
  json["extensionsUsed"].push_back("EXT_meshopt_compression");
  json["extensionsRequired"].push_back("EXT_meshopt_compression");
  return file_of(json, buffer);
}

std::string draco_packed(std::string_view glb, bool reordered) {
  const Document document(std::string(glb), "to pack");
  Json json = document.json();
  std::string buffer(document.buffer());
  for (Json& mesh_entry : json["meshes"]) {
    for (Json& primitive : mesh_entry["primitives"]) {
      draco::Mesh mesh;
      add_faces(document, primitive["indices"], mesh);
      Json ids;
      for (const auto& [name, type] : kKinds) {
        if (!primitive["attributes"].contains(name)) continue;
        ids[name] = add_attribute(document, primitive["attributes"][name], type, mesh);
      }
      draco::Encoder encoder;
      encoder.SetEncodingMethod(reordered ? draco::MESH_EDGEBREAKER_ENCODING
                                          : draco::MESH_SEQUENTIAL_ENCODING);
      draco::EncoderBuffer out;
      if (!encoder.EncodeMeshToBuffer(mesh, &out).ok()) fail("a mesh is not packed");
      buffer.resize((buffer.size() + 3) / 4 * 4);
      json["bufferViews"].push_back(
          {{"buffer", 0}, {"byteOffset", buffer.size()}, {"byteLength", out.size()}});
      buffer.append(out.data(), out.size());
      primitive["extensions"]["KHR_draco_mesh_compression"] = {
          {"bufferView", json["bufferViews"].size() - 1}, {"attributes", ids}};
      for (const auto& [name, id] : ids.items()) {
        json["accessors"][primitive["attributes"][name].get<size_t>()].erase("bufferView");
      }
      json["accessors"][primitive["indices"].get<size_t>()].erase("bufferView");
    }
  }
  json["extensionsUsed"].push_back("KHR_draco_mesh_compression");
  json["extensionsRequired"].push_back("KHR_draco_mesh_compression");
  return file_of(json, buffer);
}

}  // namespace flowtalk::gltf
