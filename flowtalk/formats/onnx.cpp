#include "flowtalk/formats/onnx.h"

#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/element_types.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/pickle_input.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/protobuf.h"

namespace flowtalk::formats {
namespace {

using Wire = ProtobufFields::Wire;

constexpr size_t kMostNodes = 100'000, kMostTensors = 100'000;
constexpr size_t kMostNames = 10'000;  // of one node: its inputs, outputs and attributes
constexpr size_t kMostAxes = 32, kMostIntegers = 64;

// Numbers of fields, as onnx.proto has them.
namespace model {
constexpr uint64_t kVersion = 1, kProducer = 2, kGraph = 7;
}
namespace graph {
constexpr uint64_t kNode = 1, kInitializer = 5;
}
namespace node {
constexpr uint64_t kInput = 1, kOutput = 2, kName = 3, kOp = 4, kAttribute = 5;
}
namespace attribute {
constexpr uint64_t kName = 1, kInteger = 3, kIntegers = 8;
}
namespace tensor_field {
constexpr uint64_t kDims = 1, kType = 2, kFloats = 4, kInt32s = 5, kInt64s = 7, kName = 8, kRaw = 9,
                   kPlace = 14;
}

// The elements of TensorProto.DataType by their numbers; none: texts, and those of less than a
// byte.
constexpr std::optional<Dtype> kNone;
constexpr std::array<std::optional<Dtype>, 17> kTypes = {
    kNone,       Dtype::kF32, Dtype::kU8,  Dtype::kI8,   Dtype::kU16, Dtype::kI16,
    Dtype::kI32, Dtype::kI64, kNone,       Dtype::kBool, Dtype::kF16, Dtype::kF64,
    Dtype::kU32, Dtype::kU64, Dtype::kC64, Dtype::kC128, Dtype::kBf16};

// A field of whole numbers, one or packed, each given to `add`. False if it is of another kind.
template <class Add>
bool each_integer(const ProtobufFields& field, const std::string& where, const Add& add) {
  if (field.wire() == Wire::kVarint) {
    add(static_cast<int64_t>(field.varint()));
    return true;
  }
  if (field.wire() != Wire::kBytes) return false;
  for (std::string_view rest = field.bytes(); !rest.empty();) {
    add(static_cast<int64_t>(take_varint(rest, where)));
  }
  return true;
}

std::string text_of(const ProtobufFields& field, const std::string& where) {
  if (!is_utf8(field.bytes())) fail("{}: a text that is not UTF-8; the file is damaged", where);
  return std::string(field.bytes());
}

void add_attribute(std::string_view bytes, const std::string& where, OnnxNode& made) {
  std::string name;
  std::vector<int64_t> values;
  bool all = true;
  for (ProtobufFields field(bytes, where); field.next();) {
    if (field.is(attribute::kName, Wire::kBytes)) name = text_of(field, where);
    if (field.number() != attribute::kInteger && field.number() != attribute::kIntegers) continue;
    each_integer(field, where, [&](int64_t value) {
      all = values.size() < kMostIntegers;
      if (all) values.push_back(value);
    });
  }
  if (all && !values.empty()) made.integers.insert_or_assign(std::move(name), std::move(values));
}

OnnxNode node_of(std::string_view bytes, const std::string& where) {
  OnnxNode made;
  size_t names = 0;
  for (ProtobufFields field(bytes, where); field.next();) {
    if (field.wire() != Wire::kBytes) continue;
    switch (field.number()) {
      case node::kInput:
        made.inputs.push_back(text_of(field, where));
        break;
      case node::kOutput:
        made.outputs.push_back(text_of(field, where));
        break;
      case node::kName:
        made.name = text_of(field, where);
        continue;
      case node::kOp:
        made.op = text_of(field, where);
        continue;
      case node::kAttribute:
        add_attribute(field.bytes(), where, made);
        break;
      default:
        continue;
    }
    if (++names > kMostNames) {
      fail("{}: node {} has more than {} inputs, outputs and attributes", where,
           printable(made.name), kMostNames);
    }
  }
  if (made.op.empty()) {
    fail("{}: node {} says no operation; the file is damaged", where, printable(made.name));
  }
  return made;
}

// What a TensorProto says of itself; its values stay where they are.
struct TensorHeader {
  std::string name;
  tensor::Shape shape;
  uint64_t type = 0, place = 0;
  std::optional<std::string_view> raw;
};

TensorHeader header_of(std::string_view bytes, const std::string& where) {
  TensorHeader header;
  for (ProtobufFields field(bytes, where); field.next();) {
    if (field.number() == tensor_field::kDims) {
      each_integer(field, where, [&](int64_t size) {
        if (header.shape.size() == kMostAxes) {
          fail("{}: a tensor of more than {} axes; the file is damaged", where, kMostAxes);
        }
        header.shape.push_back(size);
      });
    }
    if (field.is(tensor_field::kType, Wire::kVarint)) header.type = field.varint();
    if (field.is(tensor_field::kPlace, Wire::kVarint)) header.place = field.varint();
    if (field.is(tensor_field::kName, Wire::kBytes)) header.name = text_of(field, where);
    if (field.is(tensor_field::kRaw, Wire::kBytes)) header.raw = field.bytes();
  }
  return header;
}

// Elements of one type, of which there must come `count`.
template <class T>
class Values {
 public:
  Values(int64_t count, const std::string& where)
      : count_(static_cast<size_t>(count)), where_(where) {
    values_.reserve(count_);
  }
  void add(T value) {
    if (values_.size() == count_) refuse("more");
    values_.push_back(value);
  }
  void add_whole(int64_t value) {
    if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<T>(value)) {
        fail("{}: holds {}, beyond its element type; the file is damaged", where_, value);
      }
      add(static_cast<T>(value));
    }
  }
  Array finish(const tensor::Shape& shape) const {
    if (values_.size() < count_) refuse(fmt::format("{}", values_.size()));
    return make_array(shape, values_);
  }

 private:
  [[noreturn]] void refuse(const std::string& got) const {
    fail("{}: has {} values, expected {}; the file is damaged", where_, got, count_);
  }
  size_t count_;
  const std::string& where_;
  std::vector<T> values_;
};

// The values of a tensor that has no raw bytes: of float_data, int32_data (of every type of up to
// 32 bits) or int64_data.
template <class T>
Array typed_values(std::string_view bytes, const tensor::Shape& shape, int64_t count,
                   const std::string& where) {
  constexpr bool kFloat = std::is_same_v<T, float>;
  constexpr uint64_t kField = kFloat           ? tensor_field::kFloats
                              : sizeof(T) <= 4 ? tensor_field::kInt32s
                                               : tensor_field::kInt64s;
  Values<T> values(count, where);
  for (ProtobufFields field(bytes, where); field.next();) {
    if (field.number() != kField) continue;
    if constexpr (kFloat) {
      if (field.wire() == Wire::kVarint || field.bytes().size() % sizeof(float) != 0) {
        fail("{}: its values are no whole number of floats; the file is damaged", where);
      }
      for (size_t at = 0; at < field.bytes().size(); at += sizeof(float)) {
        values.add(read_element<float>(field.bytes().data() + at));
      }
    } else {
      each_integer(field, where, [&](int64_t value) { values.add_whole(value); });
    }
  }
  return values.finish(shape);
}

Array typed_array(std::string_view bytes, const TensorHeader& header, Dtype dtype, int64_t count,
                  const std::string& where) {
  const auto read = [&]<class T>(T) { return typed_values<T>(bytes, header.shape, count, where); };
  switch (dtype) {
    case Dtype::kF32:
      return read(float{});
    case Dtype::kU8:
      return read(uint8_t{});
    case Dtype::kI8:
      return read(int8_t{});
    case Dtype::kU16:
      return read(uint16_t{});
    case Dtype::kI16:
      return read(int16_t{});
    case Dtype::kI32:
      return read(int32_t{});
    case Dtype::kI64:
      return read(int64_t{});
    default:
      fail("{}: values of type {} outside of raw_data are not read; export the model again", where,
           numpy_name_of(dtype));
  }
}

}  // namespace

OnnxFile::OnnxFile(const std::filesystem::path& path) : path_(path.string()) {
  const auto file = std::make_shared<const MappedFile>(path);
  owner_ = file;
  read_model(file->bytes());
}

OnnxFile::OnnxFile(std::string name, std::string_view bytes, std::shared_ptr<const void> owner)
    : path_(std::move(name)), owner_(std::move(owner)) {
  read_model(bytes);
}

void OnnxFile::read_model(std::string_view bytes) {
  std::optional<std::string_view> found;
  for (ProtobufFields field(bytes, path_); field.next();) {
    if (field.is(model::kProducer, Wire::kBytes)) producer_ = text_of(field, path_);
    if (!field.is(model::kGraph, Wire::kBytes)) continue;
    if (found) fail("{}: has two graphs; the file is damaged", path_);
    found = field.bytes();
  }
  if (!found) fail("{}: has no graph; it is cut off or no ONNX model", path_);
  read_graph(*found);
}

void OnnxFile::read_graph(std::string_view bytes) {
  for (ProtobufFields field(bytes, path_); field.next();) {
    if (field.is(graph::kNode, Wire::kBytes)) {
      if (nodes_.size() == kMostNodes) fail("{}: has more than {} nodes", path_, kMostNodes);
      nodes_.push_back(node_of(field.bytes(), path_));
    }
    if (field.is(graph::kInitializer, Wire::kBytes)) read_tensor(field.bytes());
  }
}

void OnnxFile::read_tensor(std::string_view bytes) {
  if (tensors_.size() == kMostTensors) fail("{}: has more than {} tensors", path_, kMostTensors);
  const TensorHeader header = header_of(bytes, path_);
  const std::string where = fmt::format("{}: tensor {}", path_, printable(header.name));
  if (header.place != 0) {
    fail("{}: lies in another file, which is not read; save the model as one file", where);
  }
  const auto dtype = header.type < kTypes.size() ? kTypes[header.type] : kNone;
  if (!dtype) fail("{}: has element type {}, which is not read", where, header.type);
  // A number takes a byte or more of the message, whichever way it is stored.
  const auto count =
      checked_count(header.shape, header.raw ? element_size(*dtype) : 1, bytes.size());
  const bool fits = count && (!header.raw || static_cast<size_t>(*count) * element_size(*dtype) ==
                                                 header.raw->size());
  if (!fits) {
    fail("{}: shape {} of {} does not fit its {} bytes; the file is damaged", where,
         tensor::to_string(header.shape), numpy_name_of(*dtype),
         header.raw ? header.raw->size() : bytes.size());
  }
  Array array = header.raw ? Array{*dtype, header.shape, *header.raw, owner_}
                           : typed_array(bytes, header, *dtype, *count, where);
  if (!tensors_.emplace(header.name, std::move(array)).second) {
    fail("{}: stands twice in the file", where);
  }
}

const Array& OnnxFile::array(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail("{}: has no tensor {}", path_, printable(name));
  return found->second;
}

tensor::Tensor OnnxFile::load(const std::string& name) const {
  return to_tensor(array(name), fmt::format("{}: tensor {}", path_, printable(name)));
}

bool is_onnx(std::string_view bytes) {
  constexpr int kMostLooked = 64;  // fields
  const std::string nowhere;
  try {
    ProtobufFields field(bytes, nowhere);
    if (!field.next() || !field.is(model::kVersion, Wire::kVarint)) return false;
    for (int i = 0; i < kMostLooked && field.next(); ++i) {
      if (field.is(model::kGraph, Wire::kBytes)) return true;
    }
  } catch (const Error&) {
    return false;
  }
  return false;
}

}  // namespace flowtalk::formats
