#include "flowtalk/gltf/draco.h"

#include <draco/compression/mesh/mesh_edgebreaker_decoder.h>
#include <draco/compression/mesh/mesh_sequential_decoder.h>
#include <draco/core/varint_decoding.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/run_apart.h"
#include "flowtalk/gltf/component.h"
#include "flowtalk/gltf/document.h"
#include "flowtalk/gltf/meshopt.h"

namespace flowtalk::gltf {
namespace {

constexpr const char* kName = "KHR_draco_mesh_compression";
constexpr uint16_t kVersion = DRACO_BITSTREAM_VERSION(2, 2);  // the extension's
constexpr size_t kTriangles = 4;
constexpr ApartLimits kLimits{.seconds = 20, .memory = size_t{4} << 30};

// Sizes that a stream announces, before the library takes memory for them.
struct Announced {
  uint32_t faces = 0, points = 0, tables = 0;  // tables of corners, one for each seamed attribute
  bool fit() const {
    return faces <= kMostRows / 3 && points <= kMostRows && size_t{tables} * faces <= kMostRows;
  }
};

Announced announced(draco::DecoderBuffer buffer, const draco::MeshEdgebreakerDecoder&) {
  Announced sizes;
  uint8_t tables = 0;
  const bool whole = draco::DecodeVarint(&sizes.points, &buffer) &&
                     draco::DecodeVarint(&sizes.faces, &buffer) && buffer.Decode(&tables);
  sizes.tables = tables;
  return whole ? sizes : Announced{.faces = UINT32_MAX};
}

Announced announced(draco::DecoderBuffer buffer, const draco::MeshSequentialDecoder&) {
  Announced sizes;
  const bool whole =
      draco::DecodeVarint(&sizes.faces, &buffer) && draco::DecodeVarint(&sizes.points, &buffer);
  return whole ? sizes : Announced{.faces = UINT32_MAX};
}

// A decoder of the library that ends where a mesh would be larger than is read.
template <class Library>
class Bounded final : public Library {
 public:
  bool too_large() const { return too_large_; }

 protected:
  bool DecodeConnectivity() override {
    too_large_ = !announced(*this->buffer(), *this).fit();
    return this->bitstream_version() == kVersion && !too_large_ && Library::DecodeConnectivity();
  }
  bool DecodeAllAttributes() override {
    const draco::PointCloud& points = *this->point_cloud();
    size_t row = 0;
    for (int32_t i = 0; i < points.num_attributes(); ++i) {
      const draco::PointAttribute& attribute = *points.attribute(i);
      const auto number = static_cast<size_t>(draco::DataTypeLength(attribute.data_type()));
      row += static_cast<size_t>(attribute.num_components()) * std::max(number, sizeof(int32_t));
    }
    too_large_ = row * points.num_points() > kMostUnpacked;
    return !too_large_ && Library::DecodeAllAttributes();
  }

 private:
  bool too_large_ = false;
};

template <class Library>
std::unique_ptr<draco::Mesh> decoded(std::string_view bytes, const std::string& where) {
  draco::DecoderBuffer buffer;
  buffer.Init(bytes.data(), bytes.size());
  auto mesh = std::make_unique<draco::Mesh>();
  Bounded<Library> decoder;
  const bool done = decoder.Decode(draco::DecoderOptions(), &buffer, mesh.get()).ok();
  if (decoder.too_large()) fail("{}: a Draco mesh larger than is read; make it simpler", where);
  if (!done) {
    fail("{}: does not unpack: its Draco mesh is damaged, or not of version 2.2; {}", where,
         kSaveUnpacked);
  }
  return mesh;
}

std::unique_ptr<draco::Mesh> mesh_of(std::string_view bytes, const std::string& where) {
  draco::DecoderBuffer buffer;
  buffer.Init(bytes.data(), bytes.size());
  draco::DracoHeader header;
  if (!draco::PointCloudDecoder::DecodeHeader(&buffer, &header).ok() ||
      header.encoder_type != draco::TRIANGULAR_MESH) {
    fail("{}: holds no Draco mesh; {}", where, kSaveUnpacked);
  }
  return header.encoder_method == draco::MESH_EDGEBREAKER_ENCODING
             ? decoded<draco::MeshEdgebreakerDecoder>(bytes, where)
             : decoded<draco::MeshSequentialDecoder>(bytes, where);
}

// What an accessor says of its rows.
struct Form {
  std::string where;
  size_t rows = 0, width = 0, component = 0;
};

Form form_of(const Entry& root, size_t accessor) {
  const Entry entry = root.item("accessors", accessor);
  return {.where = entry.where(),
          .rows = entry.number_up_to("count", kMostRows),
          .width = width_of(entry.text("type")),
          .component = entry.number_up_to("componentType", SIZE_MAX)};
}

[[noreturn]] void fail_form(const Form& form, const std::string& held) {
  fail("{}: {} rows of {} numbers of kind {}; its Draco mesh holds {}; {}", form.where, form.rows,
       form.width, form.component, held, kSaveUnpacked);
}

// value(row, at): the row's numbers, written to `at`; whether they fit their kind.
template <class T, class Value>
std::string rows_as(const Form& form, const Value& value) {
  std::string bytes(form.rows * form.width * sizeof(T), '\0');
  std::vector<T> row(form.width);
  for (size_t i = 0; i < form.rows; ++i) {
    if (!value(i, row.data())) fail_form(form, "values that this kind does not");
    std::memcpy(bytes.data() + i * form.width * sizeof(T), row.data(), form.width * sizeof(T));
  }
  return bytes;
}

template <class Value>
std::string rows_of(const Form& form, const Value& value) {
  switch (form.component) {
    case kByte:
      return rows_as<int8_t>(form, value);
    case kUnsignedByte:
      return rows_as<uint8_t>(form, value);
    case kShort:
      return rows_as<int16_t>(form, value);
    case kUnsignedShort:
      return rows_as<uint16_t>(form, value);
    case kUnsignedInt:
      return rows_as<uint32_t>(form, value);
    case kFloat:
      return rows_as<float>(form, value);
    default:
      fail_form(form, "numbers of other kinds");
  }
}

std::string attribute_rows(const draco::Mesh& mesh, uint32_t id, const Form& form) {
  const draco::PointAttribute* attribute = mesh.GetAttributeByUniqueId(id);
  if (attribute == nullptr) fail_form(form, fmt::format("no array {}", id));
  const auto width = static_cast<size_t>(attribute->num_components());
  if (form.rows != mesh.num_points() || form.width == 0 || form.width != width) {
    fail_form(form, fmt::format("{} of {}", mesh.num_points(), width));
  }
  return rows_of(form, [&](size_t row, auto* at) {
    const auto place = attribute->mapped_index(draco::PointIndex(static_cast<uint32_t>(row)));
    return attribute->ConvertValue(place, at);
  });
}

std::string corner_rows(const draco::Mesh& mesh, const Form& form) {
  const size_t corners = size_t{3} * mesh.num_faces();
  if (form.rows != corners || form.width != 1) fail_form(form, fmt::format("{} of 1", corners));
  return rows_of(form, [&]<class T>(size_t row, T* at) {
    const draco::FaceIndex face(static_cast<uint32_t>(row / 3));
    const uint32_t point = mesh.face(face)[row % 3].value();
    *at = static_cast<T>(point);
    return static_cast<double>(point) <= static_cast<double>(std::numeric_limits<T>::max());
  });
}

class Reader {
 public:
  Reader(const Entry& root, const ViewOf& view) : root_(root), view_(view) {}

  std::map<size_t, std::string> read() {
    for (size_t i = 0; i < root_.size("meshes"); ++i) {
      const Entry mesh = root_.item("meshes", i);
      for (size_t k = 0; k < mesh.size("primitives"); ++k) {
        const Entry primitive = mesh.item("primitives", k);
        if (primitive.object("extensions").has(kName)) read_primitive(primitive);
      }
    }
    return std::move(accessors_);
  }

 private:
  void read_primitive(const Entry& primitive) {
    const Entry packed = primitive.object("extensions").object(kName);
    if (primitive.number_up_to("mode", 6, kTriangles) != kTriangles) {
      fail("{}: packed as other than triangles; save it with triangles", primitive.where());
    }
    const auto mesh = mesh_of(view_(packed), packed.where());
    spend(size_t{mesh->num_faces()} * 3 * sizeof(uint32_t));
    const size_t accessors = root_.size("accessors");
    const auto corners = primitive.index("indices", accessors);
    if (!corners) fail("{}: indices is missing; {}", primitive.where(), kSaveUnpacked);
    keep(*corners, corner_rows(*mesh, form_of(root_, *corners)));
    const Entry ids = packed.object("attributes"), all = primitive.object("attributes");
    for (const auto& [name, id] : ids.json().items()) {
      const auto accessor = all.index(name.c_str(), accessors);
      if (!accessor) continue;  // of use to others
      const auto number = static_cast<uint32_t>(
          ids.number_up_to(name.c_str(), std::numeric_limits<uint32_t>::max()));
      keep(*accessor, attribute_rows(*mesh, number, form_of(root_, *accessor)));
    }
  }

  void keep(size_t accessor, std::string bytes) {
    spend(bytes.size());
    const auto [at, added] = accessors_.try_emplace(accessor, std::move(bytes));
    if (!added && at->second != bytes) {
      fail("{}: stands for two arrays that differ; {}", root_.item("accessors", accessor).where(),
           kSaveUnpacked);
    }
  }

  void spend(size_t bytes) {
    spent_ += bytes;
    if (spent_ > kMostUnpacked) {
      fail("{}: its meshes unpack to more than {} MiB; make them simpler", root_.where(),
           kMostUnpacked >> 20);
    }
  }

  const Entry& root_;
  const ViewOf& view_;
  std::map<size_t, std::string> accessors_;
  size_t spent_ = 0;
};

bool any_packed(const Entry& root) {
  for (size_t i = 0; i < root.size("meshes"); ++i) {
    const Entry mesh = root.item("meshes", i);
    for (size_t k = 0; k < mesh.size("primitives"); ++k) {
      if (mesh.item("primitives", k).object("extensions").has(kName)) return true;
    }
  }
  return false;
}

// Through a pipe: accessor, bytes, and the bytes, one after another.
std::string in_one(const std::map<size_t, std::string>& accessors) {
  std::string all;
  for (const auto& [accessor, bytes] : accessors) {
    const std::array<size_t, 2> head{accessor, bytes.size()};
    all.append(reinterpret_cast<const char*>(head.data()), sizeof head);
    all += bytes;
  }
  return all;
}

std::map<size_t, std::string> apart_again(std::string_view all) {
  std::map<size_t, std::string> accessors;
  while (!all.empty()) {
    std::array<size_t, 2> head;
    FT_CHECK(all.size() >= sizeof head, "a reader's answer is cut off");
    std::memcpy(head.data(), all.data(), sizeof head);
    all.remove_prefix(sizeof head);
    accessors.emplace(head[0], all.substr(0, head[1]));
    all.remove_prefix(head[1]);
  }
  return accessors;
}

}  // namespace

std::map<size_t, std::string> draco_accessors_here(const Entry& root, const ViewOf& view) {
  return Reader(root, view).read();
}

std::map<size_t, std::string> draco_accessors(const Entry& root, const ViewOf& view) {
  if (!any_packed(root)) return {};
  return apart_again(run_apart(
      root.where(), [&] { return in_one(draco_accessors_here(root, view)); }, kLimits));
}

}  // namespace flowtalk::gltf
