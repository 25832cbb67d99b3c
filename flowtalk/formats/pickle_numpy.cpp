// Arrays and scalars of numpy, as its pickles spell them.
#include <string>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/pickle_objects.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

using Kind = Value::Kind;
using Items = ValueNode::Items;

constexpr std::pair<std::string_view, Dtype> kCodes[] = {
    {"b1", Dtype::kBool}, {"u1", Dtype::kU8},   {"i1", Dtype::kI8},  {"u2", Dtype::kU16},
    {"i2", Dtype::kI16},  {"u4", Dtype::kU32},  {"i4", Dtype::kI32}, {"u8", Dtype::kU64},
    {"i8", Dtype::kI64},  {"f2", Dtype::kF16},  {"f4", Dtype::kF32}, {"f8", Dtype::kF64},
    {"c8", Dtype::kC64},  {"c16", Dtype::kC128}};

}  // namespace

// The element type and byte order of a record of numpy.dtype.
ArrayView PickleObjects::numpy_dtype(const ValueNode& dtype) const {
  const KnownClass* type = dtype.kind == Kind::kRecord ? known(*dtype.object().type) : nullptr;
  if (type == nullptr || type->role != ClassRole::kNumpyDtype) {
    input_.refuse("expected a numpy.dtype, got " + describe(dtype));
  }
  const ValueNode* code = arg(*dtype.object().args, 0, "numpy.dtype");
  constexpr size_t kLongestCode = 8;
  if (code->kind != Kind::kText || code->as<Bytes>().view.size() > kLongestCode) {
    input_.refuse("numpy.dtype: expected the code of a number, got " + describe(*code));
  }
  std::string text = text_of(code->as<Bytes>());
  char order = '=';
  if (!text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos) {
    order = text[0];
    text.erase(0, 1);
  }
  const ValueNode& state = *dtype.object().state;
  if (state.kind == Kind::kTuple) {  // (version, byte order, ...)
    const ValueNode* stated = arg(state, 1, "the state of a numpy.dtype");
    order = 0;
    for (const char* letter : {"<", ">", "|", "="}) {
      if (is_text(*stated, letter)) order = *letter;
    }
    if (order == 0) input_.refuse("numpy.dtype: expected a byte order, got " + describe(*stated));
  }
  for (const auto& [known_code, element] : kCodes) {
    if (known_code != text) continue;
    ArrayView view;
    view.dtype = element;
    view.big_endian = order == '>';
    return view;
  }
  input_.refuse(fmt::format("numpy.dtype {}: expected numbers (integers, floats, complex, bool)",
                            printable(text)));
}

// The array of a view; `exact`: nothing may be left over.
Array PickleObjects::checked_array(const ArrayView& view, const Bytes& bytes, bool exact) {
  tree_.spend(sizeof(Array) + view.shape.size() * sizeof(int64_t));
  const auto count = checked_count(view.shape, element_size(view.dtype), bytes.view.size());
  if (exact &&
      (!count || static_cast<size_t>(*count) * element_size(view.dtype) != bytes.view.size())) {
    input_.refuse(fmt::format("an array of {} {} does not fit its {} bytes",
                              numpy_name_of(view.dtype), tensor::to_string(view.shape),
                              bytes.view.size()));
  }
  Array array = make_array(view, bytes.view, bytes.owner, tree_.where());
  const char *begin = array.bytes.data(), *of = bytes.view.data();
  const bool borrowed = begin >= of && begin <= of + bytes.view.size();
  if (!borrowed) tree_.spend(array.bytes.size());
  return array;
}

// _reconstruct(class, shape, code): an empty array, filled by its state.
ValueNode* PickleObjects::numpy_array(const ValueNode& args) {
  const KnownClass* type = known(*arg(args, 0, "_reconstruct"));
  if (type == nullptr || type->role != ClassRole::kNumpyClass) {
    input_.refuse("_reconstruct: expected numpy.ndarray, got " + describe(*args.as<Items>()[0]));
  }
  Array empty;
  empty.dtype = Dtype::kI8;
  empty.shape = {0};
  ValueNode* node = tree_.add_array(std::move(empty));
  numpy_arrays_.insert(node);
  return node;
}

// Whether a record of numpy.dtype is that of Python objects.
bool PickleObjects::is_object_dtype(const ValueNode& dtype) const {
  const KnownClass* type = dtype.kind == Kind::kRecord ? known(*dtype.object().type) : nullptr;
  if (type == nullptr || type->role != ClassRole::kNumpyDtype) return false;
  const ValueNode* code = arg(*dtype.object().args, 0, "numpy.dtype");
  return is_text(*code, "O8") || is_text(*code, "O") || is_text(*code, "|O");
}

// (version, shape, dtype, Fortran order, bytes); the version is missing in very old ones. An array
// of objects has a list instead of bytes, and becomes a tuple of them.
void PickleObjects::set_numpy_state(ValueNode* array, const ValueNode& state) {
  constexpr const char* kWhat = "the state of an array";
  arg(state, 0, kWhat);
  const size_t first = state.as<Items>().size() == 4 ? 0 : 1;
  if (session_.object_arrays && is_object_dtype(*arg(state, first + 1, kWhat))) {
    const ValueNode* objects = arg(state, first + 3, kWhat);
    if (objects->kind != Kind::kList) {
      input_.refuse("an array of objects: expected their list, got " + describe(*objects));
    }
    Items items = objects->as<Items>();
    tree_.spend(items.size() * sizeof(ValueNode*));
    numpy_arrays_.erase(array);
    array->kind = Kind::kTuple;
    array->data = std::move(items);
    return;
  }
  ArrayView view = numpy_dtype(*arg(state, first + 1, kWhat));
  view.shape = integers_of(*arg(state, first, kWhat), "the shape of an array");
  const ValueNode* fortran = arg(state, first + 2, kWhat);
  if (fortran->kind == Kind::kBool) {
    view.fortran_order = fortran->as<bool>();
  } else {
    view.fortran_order = integer_of(*fortran, kWhat) != 0;
  }
  array->array() = checked_array(view, bytes_of(*arg(state, first + 3, kWhat), kWhat), true);
}

ValueNode* PickleObjects::numpy_scalar(const ValueNode& args) {
  const ArrayView view = numpy_dtype(*arg(args, 0, "scalar"));
  return tree_.add_array(checked_array(view, bytes_of(*arg(args, 1, "scalar"), "scalar"), true));
}

ValueNode* PickleObjects::numpy_from_buffer(const ValueNode& args) {
  ArrayView view = numpy_dtype(*arg(args, 1, "_frombuffer"));
  view.shape = integers_of(*arg(args, 2, "_frombuffer"), "the shape of an array");
  const ValueNode* order = arg(args, 3, "_frombuffer");
  if (!is_text(*order, "C") && !is_text(*order, "F")) {
    input_.refuse("_frombuffer: expected the order C or F, got " + describe(*order));
  }
  view.fortran_order = is_text(*order, "F");
  const Bytes& bytes = bytes_of(*arg(args, 0, "_frombuffer"), "_frombuffer");
  return tree_.add_array(checked_array(view, bytes, true));
}

}  // namespace flowtalk::formats
