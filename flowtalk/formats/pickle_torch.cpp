// Tensors of torch, as its pickles spell them.
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/pickle_objects.h"
#include "flowtalk/formats/torch_stream.h"

namespace flowtalk::formats {
namespace {

using Kind = Value::Kind;
using Items = ValueNode::Items;
constexpr int kMostNesting = 4;  // of torch files inside of pickles

}  // namespace

// torch.storage._load_from_bytes(bytes): a torch file within the pickle.
ValueNode* PickleObjects::torch_file(const ValueNode& args) {
  const Bytes& bytes = bytes_of(*arg(args, 0, "_load_from_bytes"), "_load_from_bytes");
  ValueNode*& loaded = session_.nested_files[{bytes.view.data(), bytes.view.size()}];
  if (loaded != nullptr) return loaded;
  if (session_.depth >= kMostNesting) input_.refuse("torch files are nested too deeply");
  PickleSession inner{session_.tree, session_.keep_unknown_classes};
  inner.depth = session_.depth + 1;
  loaded = read_torch_stream(inner, bytes);
  return loaded;
}

// (storage, offset, size, stride, requires_grad, hooks, metadata); v3 has an element type in place
// of the metadata. The bytes of the storage may still be to come.
ValueNode* PickleObjects::torch_tensor(const ValueNode& args, bool v3) {
  constexpr const char* kWhat = "a torch tensor";
  Tensor tensor;
  tensor.storage = arg(args, 0, kWhat);
  if (tensor.storage->kind != Kind::kArray) {
    input_.refuse("a torch tensor: expected a storage, got " + describe(*tensor.storage));
  }
  tensor.view.dtype = tensor.storage->array().dtype;
  tensor.view.offset = integer_of(*arg(args, 1, kWhat), "the offset of a tensor");
  tensor.view.shape = integers_of(*arg(args, 2, kWhat), "the size of a tensor");
  const tensor::Shape strides = integers_of(*arg(args, 3, kWhat), "the stride of a tensor");
  tensor.view.strides.assign(strides.begin(), strides.end());
  if (tensor.view.strides.size() != tensor.view.shape.size()) {
    input_.refuse(fmt::format("a torch tensor: {} sizes and {} strides", tensor.view.shape.size(),
                              tensor.view.strides.size()));
  }
  const size_t metadata_at = v3 ? 7 : 6;
  if (v3) {
    const ValueNode* type = arg(args, 6, kWhat);
    const KnownClass* dtype = known(*type);
    if (dtype == nullptr || dtype->role != ClassRole::kTorchDtype) {
      input_.refuse("a torch tensor: expected an element type, got " + describe(*type));
    }
    tensor.view.dtype = dtype->dtype;
    tensor.view.big_endian = session_.big_endian_storages;
  }
  if (args.as<Items>().size() > metadata_at) {
    const ValueNode* metadata = arg(args, metadata_at, kWhat);
    const bool plain = metadata->kind == Kind::kNone ||
                       (metadata->kind == Kind::kDict && metadata->as<ValueNode::Pairs>().empty());
    if (!plain) input_.refuse("a torch tensor with metadata (conjugated or negated) is not read");
  }
  tree_.spend(sizeof(Tensor) + 2 * tensor.view.shape.size() * sizeof(int64_t));
  Array pending;
  pending.dtype = tensor.view.dtype;
  pending.shape = {0};
  tensor.node = tree_.add_array(std::move(pending));
  tensors_.push_back(tensor);
  return tensor.node;
}

ValueNode* PickleObjects::torch_parameter(const ValueNode& args) {
  ValueNode* tensor = arg(args, 0, "a torch parameter");
  if (tensor->kind != Kind::kArray) {
    input_.refuse("a torch parameter: expected a tensor, got " + describe(*tensor));
  }
  return tensor;
}

// (function, type, arguments of the function, attributes): the tensor without its attributes.
ValueNode* PickleObjects::torch_typed(const ValueNode& args) {
  constexpr const char* kWhat = "_rebuild_from_type_v2";
  ValueNode* function = arg(args, 0, kWhat);
  const KnownClass* what = known(*function);
  const bool fits = what != nullptr && (what->role == ClassRole::kTorchTensor ||
                                        what->role == ClassRole::kTorchTensorV3 ||
                                        what->role == ClassRole::kTorchParameter);
  if (!fits) input_.refuse("_rebuild_from_type_v2: would call " + describe(*function));
  return call(function, arg(args, 2, kWhat));
}

void PickleObjects::finish() {
  for (Tensor& tensor : tensors_) {
    const Array& storage = tensor.storage->array();
    tensor.node->array() = checked_array(tensor.view, {storage.bytes, storage.owner}, false);
  }
  tensors_.clear();
}

}  // namespace flowtalk::formats
