#include "flowtalk/formats/pickle_objects.h"

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

using Kind = Value::Kind;
using Items = ValueNode::Items;
using Pairs = ValueNode::Pairs;
constexpr size_t kMostNameBytes = 256;

std::string name_of(const ClassName& c) { return printable(c.module + "." + c.name); }

}  // namespace

const KnownClass* PickleObjects::known(const ValueNode& type) const {
  if (type.kind != Kind::kClass) {
    input_.refuse("expected a class or function, got " + describe(type));
  }
  const int row = type.class_name().known;
  return row < 0 ? nullptr : &known_class(row);
}

ValueNode* PickleObjects::arg(const ValueNode& args, size_t i, const char* function) const {
  if (args.kind != Kind::kTuple) {
    input_.refuse(
        fmt::format("{}: expected a tuple of arguments, got {}", function, describe(args)));
  }
  const Items& items = args.as<Items>();
  if (i >= items.size()) {
    input_.refuse(fmt::format("{}: argument {} is missing", function, i + 1));
  }
  return items[i];
}

const Bytes& PickleObjects::bytes_of(const ValueNode& node, const char* what) const {
  const bool fits =
      node.kind == Kind::kBytes || (node.kind == Kind::kText && node.as<Bytes>().latin1);
  if (!fits) input_.refuse(fmt::format("{}: expected bytes, got {}", what, describe(node)));
  return node.as<Bytes>();
}

int64_t PickleObjects::integer_of(const ValueNode& node, const char* what) const {
  const auto* value = std::get_if<int64_t>(&node.data);
  if (value == nullptr) {
    input_.refuse(fmt::format("{}: expected an integer of 64 bits, got {}", what, describe(node)));
  }
  return *value;
}

tensor::Shape PickleObjects::integers_of(const ValueNode& node, const char* what) const {
  constexpr size_t kMostAxes = 64;  // as numpy and torch allow
  const ValueNode* list = &node;
  if (node.kind == Kind::kRecord && node.object().args->kind == Kind::kTuple) {
    list = arg(*node.object().args, 0, "torch.Size");
  }
  if ((list->kind != Kind::kTuple && list->kind != Kind::kList) ||
      list->as<Items>().size() > kMostAxes) {
    input_.refuse(fmt::format("{}: expected a tuple of integers, got {}", what, describe(*list)));
  }
  tensor::Shape values;
  for (const ValueNode* item : list->as<Items>()) values.push_back(integer_of(*item, what));
  return values;
}

ValueNode* PickleObjects::find_class(std::string_view module, std::string_view name) {
  if (module.size() > kMostNameBytes || name.size() > kMostNameBytes) {
    input_.refuse("the name of a class is too long");
  }
  tree_.spend(sizeof(ClassName) + module.size() + name.size());
  const int row = find_known_class(module, name);
  ClassName found{std::string(module), std::string(name), row};
  if (row < 0 && !session_.keep_unknown_classes) {
    input_.refuse(
        fmt::format("needs {}, which is not plain data; nothing was run", name_of(found)));
  }
  return tree_.add(Kind::kClass, std::make_unique<ClassName>(std::move(found)));
}

ValueNode* PickleObjects::make_record(ValueNode* type, ValueNode* args) {
  return tree_.add(Kind::kRecord, std::make_unique<Object>(Object{type, args, tree_.none()}));
}

ValueNode* PickleObjects::call(ValueNode* function, ValueNode* args) {
  const KnownClass* what = known(*function);
  if (what == nullptr) {
    input_.refuse(fmt::format("would call {}, which is not plain data; nothing was run",
                              name_of(function->class_name())));
  }
  if (args->kind != Kind::kTuple) {
    input_.refuse("expected a tuple of arguments, got " + describe(*args));
  }
  switch (what->role) {
    case ClassRole::kRecord:
    case ClassRole::kNumpyDtype:
      return make_record(function, args);
    case ClassRole::kDict:
      return make_dict(*args);
    case ClassRole::kList:
      return make_items(Kind::kList, *args);
    case ClassRole::kSet:
      return make_items(Kind::kSet, *args);
    case ClassRole::kBytes:
      return make_bytes(*args);
    case ClassRole::kEncode:
      return encode(*args);
    case ClassRole::kReconstructor:
    case ClassRole::kNewObject:
      return new_object(arg(*args, 0, "copyreg"), tree_.add(Kind::kTuple, Items()));
    case ClassRole::kNumpyArray:
      return numpy_array(*args);
    case ClassRole::kNumpyScalar:
      return numpy_scalar(*args);
    case ClassRole::kNumpyFromBuffer:
      return numpy_from_buffer(*args);
    case ClassRole::kTorchFile:
      return torch_file(*args);
    case ClassRole::kTorchTensor:
    case ClassRole::kTorchTensorV3:
      return torch_tensor(*args, what->role == ClassRole::kTorchTensorV3);
    case ClassRole::kTorchParameter:
      return torch_parameter(*args);
    case ClassRole::kTorchTyped:
      return torch_typed(*args);
    case ClassRole::kData:
    case ClassRole::kNumpyClass:
    case ClassRole::kTorchStorage:
    case ClassRole::kTorchDtype:
      break;
  }
  input_.refuse(fmt::format("calls {}, which is not understood; nothing was run",
                            name_of(function->class_name())));
}

ValueNode* PickleObjects::new_object(ValueNode* type, ValueNode* args) {
  const KnownClass* what = known(*type);
  if (args->kind != Kind::kTuple) {
    input_.refuse("expected a tuple of arguments, got " + describe(*args));
  }
  if (what == nullptr || what->role == ClassRole::kRecord) return make_record(type, args);
  if (what->role == ClassRole::kDict) return make_dict(*args);
  if (what->role == ClassRole::kList) return make_items(Kind::kList, *args);
  if (what->role == ClassRole::kSet) return make_items(Kind::kSet, *args);
  input_.refuse(fmt::format("makes an object of {}, which is not understood; nothing was run",
                            name_of(type->class_name())));
}

// dict, OrderedDict, defaultdict and Counter: from nothing, a dict, a list of pairs, or a factory
// (which has no use here).
ValueNode* PickleObjects::make_dict(const ValueNode& args) {
  Pairs pairs;
  for (const ValueNode* given : args.as<Items>()) {
    if (given->kind == Kind::kClass || given->kind == Kind::kNone) continue;
    if (given->kind == Kind::kDict) {
      tree_.spend(given->as<Pairs>().size() * sizeof(Pairs::value_type));
      pairs = given->as<Pairs>();
      continue;
    }
    if (given->kind != Kind::kList && given->kind != Kind::kTuple) {
      input_.refuse("a dict is made from " + describe(*given));
    }
    tree_.spend(given->as<Items>().size() * sizeof(Pairs::value_type));
    for (const ValueNode* pair : given->as<Items>()) {
      const bool fits = (pair->kind == Kind::kList || pair->kind == Kind::kTuple) &&
                        pair->as<Items>().size() == 2;
      if (!fits) input_.refuse("a dict is made from " + describe(*pair));
      pairs.emplace_back(pair->as<Items>()[0], pair->as<Items>()[1]);
    }
  }
  return tree_.add(Kind::kDict, std::move(pairs));
}

// list, deque, set, frozenset: from nothing or from other items (and the length of a deque).
ValueNode* PickleObjects::make_items(Kind kind, const ValueNode& args) {
  Items items;
  if (!args.as<Items>().empty()) {
    const ValueNode& given = *args.as<Items>()[0];
    if (given.kind != Kind::kList && given.kind != Kind::kTuple && given.kind != Kind::kSet) {
      input_.refuse("a list or set is made from " + describe(given));
    }
    tree_.spend(given.as<Items>().size() * sizeof(ValueNode*));
    items = given.as<Items>();
  }
  return tree_.add(kind, std::move(items));
}

// bytes() and bytearray(): empty, from bytes, or from a text and its encoding.
ValueNode* PickleObjects::make_bytes(const ValueNode& args) {
  const Items& items = args.as<Items>();
  if (items.empty()) return tree_.add(Kind::kBytes, Bytes{});
  if (items.size() > 1) return encode(args);
  const Bytes& bytes = bytes_of(*items[0], "bytes()");
  return tree_.add(Kind::kBytes, Bytes{bytes.view, bytes.owner});
}

ValueNode* PickleObjects::encode(const ValueNode& args) {
  const ValueNode *text = arg(args, 0, "encode"), *encoding = arg(args, 1, "encode");
  if (text->kind != Kind::kText ||
      !(is_text(*encoding, "latin1") || is_text(*encoding, "latin-1") ||
        is_text(*encoding, "iso-8859-1"))) {
    input_.refuse(fmt::format("encode: expected a text to latin1, got {} and {}", describe(*text),
                              describe(*encoding)));
  }
  const Bytes& bytes = text->as<Bytes>();
  if (bytes.latin1) return tree_.add(Kind::kBytes, Bytes{bytes.view, bytes.owner});
  tree_.spend(bytes.view.size());
  auto encoded = latin1_from_utf8(bytes.view);
  if (!encoded) input_.refuse("encode: a character does not exist in latin1");
  return tree_.add_bytes(std::move(*encoded));
}

void PickleObjects::set_state(ValueNode* target, ValueNode* state) {
  switch (target->kind) {
    case Kind::kArray:
      if (!numpy_arrays_.contains(target)) break;
      return set_numpy_state(target, *state);
    case Kind::kRecord: {
      // Items of a class derived from dict came before; both are named parts here.
      ValueNode*& kept = target->object().state;
      if (kept->kind == Kind::kDict && state->kind == Kind::kDict) {
        Pairs both = kept->as<Pairs>();
        const Pairs& more = state->as<Pairs>();
        tree_.spend((both.size() + more.size()) * sizeof(Pairs::value_type));
        both.insert(both.end(), more.begin(), more.end());
        state = tree_.add(Kind::kDict, std::move(both));
      }
      kept = state;
      return;
    }
    case Kind::kDict:  // attributes of a dict, like the _metadata of a state dict: bookkeeping
      if (state->kind == Kind::kDict || state->kind == Kind::kTuple) return;
      break;
    default:
      break;
  }
  input_.refuse(
      fmt::format("gives {} to {}, which takes no state", describe(*state), describe(*target)));
}

void PickleObjects::append(ValueNode* target, std::span<ValueNode* const> items) {
  ValueNode* list = target;
  if (target->kind == Kind::kRecord) {  // a class derived from list
    ValueNode*& state = target->object().state;
    if (state->kind == Kind::kNone) state = tree_.add(Kind::kList, Items());
    list = state;
  }
  if (list->kind != Kind::kList && list->kind != Kind::kSet) {
    input_.refuse("appends to " + describe(*target));
  }
  Items& to = list->as<Items>();
  to.insert(to.end(), items.begin(), items.end());
}

void PickleObjects::set_items(ValueNode* target, std::span<ValueNode* const> keys_and_values) {
  ValueNode* dict = target;
  if (target->kind == Kind::kRecord) {  // a class derived from dict
    ValueNode*& state = target->object().state;
    if (state->kind == Kind::kNone) state = tree_.add(Kind::kDict, Pairs());
    dict = state;
  }
  if (dict->kind != Kind::kDict) input_.refuse("sets items of " + describe(*target));
  if (keys_and_values.size() % 2 != 0) input_.refuse("sets a key without a value");
  Pairs& to = dict->as<Pairs>();
  for (size_t i = 0; i < keys_and_values.size(); i += 2) {
    to.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
  }
}

}  // namespace flowtalk::formats
